// What of the Meta XR Core SDK the package uses: signatures as in OVRBody.cs, OVRHand.cs, OVRSkeleton.cs and OVRPlugin.cs of its assembly Oculus.VR, read in
// public projects that hold copies (65 to 83). Nothing here runs: the test only compiles against it.
#pragma warning disable 67, 169, 626, 649, 824
using System.Collections.Generic;
using UnityEngine;

public static class OVRPlugin
{
    public enum BodyJointSet { None = -1, UpperBody = 0, FullBody = 1 }

    public struct Vector3f
    {
        public float x, y, z;
    }

    public struct Quatf
    {
        public float x, y, z, w;
    }

    public struct Posef
    {
        public Quatf Orientation;
        public Vector3f Position;
    }

    public struct BodyJointLocation
    {
        public Posef Pose;
        public bool OrientationValid { get { throw null; } }
        public bool PositionValid { get { throw null; } }
    }

    public struct BodyState
    {
        public BodyJointLocation[] JointLocations;
        public float Confidence;
        public uint SkeletonChangedCount;
        public double Time;
    }
}

public class OVRBone
{
    public short ParentBoneIndex { get; set; }
    public Transform Transform { get; set; }
}

public class OVRSkeleton : MonoBehaviour
{
    public enum SkeletonType { None = -1, HandLeft = 0, HandRight = 1, Body = 2, FullBody = 3, XRHandLeft = 4, XRHandRight = 5 }

    public struct SkeletonPoseData
    {
        public OVRPlugin.Posef RootPose { get; set; }
        public float RootScale { get; set; }
        public OVRPlugin.Quatf[] BoneRotations { get; set; }
        public bool IsDataValid { get; set; }
        public bool IsDataHighConfidence { get; set; }
        public OVRPlugin.Vector3f[] BoneTranslations { get; set; }
        public int SkeletonChangedCount { get; set; }
    }

    public interface IOVRSkeletonDataProvider
    {
        SkeletonType GetSkeletonType();
        SkeletonPoseData GetSkeletonPoseData();
        bool enabled { get; }
    }

    public bool IsInitialized { get { throw null; } }
    public IList<OVRBone> BindPoses { get { throw null; } }
}

public class OVRBody : MonoBehaviour, OVRSkeleton.IOVRSkeletonDataProvider
{
    public OVRPlugin.BodyJointSet ProvidedSkeletonType { get; set; }
    public OVRPlugin.BodyState? BodyState { get { throw null; } }
    OVRSkeleton.SkeletonType OVRSkeleton.IOVRSkeletonDataProvider.GetSkeletonType() { throw null; }
    OVRSkeleton.SkeletonPoseData OVRSkeleton.IOVRSkeletonDataProvider.GetSkeletonPoseData() { throw null; }
}

public class OVRHand : MonoBehaviour, OVRSkeleton.IOVRSkeletonDataProvider
{
    public bool IsTracked { get { throw null; } }
    OVRSkeleton.SkeletonType OVRSkeleton.IOVRSkeletonDataProvider.GetSkeletonType() { throw null; }
    OVRSkeleton.SkeletonPoseData OVRSkeleton.IOVRSkeletonDataProvider.GetSkeletonPoseData() { throw null; }
}
