#if PANOGAZE_META
using System.Collections.Generic;
using UnityEngine;

namespace Panogaze
{
    /// <summary>
    /// Both hands of OVRHand: OpenXR's 26 joints, or Meta's first 24, whichever the project is set to. The first hands also need the OVRSkeleton that stands
    /// beside OVRHand in Meta's prefab: it knows how long their bones are.
    /// </summary>
    [AddComponentMenu("Panogaze/OVR Hands Source")]
    public sealed class OvrHandsSource : PoseSource
    {
        [SerializeField]
        private OVRHand left;

        [SerializeField]
        private OVRHand right;

        private readonly TrackingFrame _frame = new TrackingFrame();
        private readonly LegacyHandPose _leftLegacy = new LegacyHandPose();
        private readonly LegacyHandPose _rightLegacy = new LegacyHandPose();
        private OVRSkeleton _leftSkeleton;
        private OVRSkeleton _rightSkeleton;
        private LostTracking _leftLost;
        private LostTracking _rightLost;

        public OVRHand Left
        {
            get { return left; }
            set { left = value; }
        }

        public OVRHand Right
        {
            get { return right; }
            set { right = value; }
        }

        public override void Describe(List<StreamInfo> streams)
        {
            if (left != null) streams.Add(Stream(StreamIds.LeftHand, FrameKind.Skeleton, SkeletonOf(left), Hand.Left));
            if (right != null) streams.Add(Stream(StreamIds.RightHand, FrameKind.Skeleton, SkeletonOf(right), Hand.Right));
        }

        public override void Read(PanogazeConnection into, double nowMs)
        {
            if (left != null) ReadOne(into, nowMs, left, StreamIds.LeftHand, _leftLegacy, ref _leftSkeleton, ref _leftLost);
            if (right != null) ReadOne(into, nowMs, right, StreamIds.RightHand, _rightLegacy, ref _rightSkeleton, ref _rightLost);
        }

        private void ReadOne(
            PanogazeConnection into, double nowMs, OVRHand hand, ushort stream, LegacyHandPose legacy, ref OVRSkeleton skeleton, ref LostTracking lost)
        {
            OVRSkeleton.SkeletonPoseData data = ((OVRSkeleton.IOVRSkeletonDataProvider)hand).GetSkeletonPoseData();
            SkeletonType type = SkeletonOf(hand);
            if (type == SkeletonType.None) return;
            // Data stays valid when a hand leaves the cameras' sight; it is old then.
            bool tracked = data.IsDataValid && hand.IsTracked && data.BoneRotations != null;
            if (!tracked && !lost.IsWorthTelling(nowMs)) return;
            _frame.ResetSkeleton(type);
            _frame.Stream = stream;
            _frame.ClientTimeMs = nowMs;
            _frame.Confidence = data.IsDataHighConfidence ? 1 : 0;
            bool first = type == SkeletonType.HandLeft || type == SkeletonType.HandRight;
            if (tracked)
            {
                if (first ? !FillFirstHand(data, hand, legacy, ref skeleton) : !FillXRHand(data)) return;
                lost.Seen(nowMs);
            }
            into.SetStreamMaxHz(stream, MaxHz);
            into.Put(_frame);
        }

        /// <summary>Every joint comes in the tracking space.</summary>
        private bool FillXRHand(OVRSkeleton.SkeletonPoseData data)
        {
            if (data.BoneTranslations == null) return false;
            for (int bone = 0; bone < _frame.BoneCount && bone < data.BoneRotations.Length && bone < data.BoneTranslations.Length; bone++)
            {
                OVRPlugin.Vector3f p = data.BoneTranslations[bone];
                OVRPlugin.Quatf q = data.BoneRotations[bone];
                _frame.SetBone(bone, p.x, p.y, p.z, q.x, q.y, q.z, q.w);
            }
            return true;
        }

        private bool FillFirstHand(OVRSkeleton.SkeletonPoseData data, OVRHand hand, LegacyHandPose legacy, ref OVRSkeleton skeleton)
        {
            if (skeleton == null)
            {
                OVRSkeleton found = hand.GetComponent<OVRSkeleton>();
                if (found == null || !found.IsInitialized || found.BindPoses.Count < LegacyHandPose.BoneCount) return false;
                for (int bone = 0; bone < LegacyHandPose.BoneCount; bone++)
                {
                    Vector3 rest = found.BindPoses[bone].Transform.localPosition;
                    legacy.SetRest(bone, found.BindPoses[bone].ParentBoneIndex, rest.x, rest.y, rest.z);
                }
                skeleton = found;
            }
            OVRPlugin.Vector3f p = data.RootPose.Position;
            OVRPlugin.Quatf q = data.RootPose.Orientation;
            legacy.SetRoot(p.x, p.y, p.z, q.x, q.y, q.z, q.w);
            for (int bone = 0; bone < LegacyHandPose.BoneCount && bone < data.BoneRotations.Length; bone++)
            {
                OVRPlugin.Quatf turn = data.BoneRotations[bone];
                legacy.Place(_frame, bone, data.RootScale > 0 ? data.RootScale : 1, turn.x, turn.y, turn.z, turn.w);
            }
            return true;
        }

        private static SkeletonType SkeletonOf(OVRHand hand)
        {
            return OvrSkeletons.FromNumber((int)((OVRSkeleton.IOVRSkeletonDataProvider)hand).GetSkeletonType());
        }
    }
}
#endif
