#if PANOGAZE_META
using System.Collections.Generic;
using UnityEngine;

namespace Panogaze
{
    /// <summary>The body of Meta's Movement SDK: 84 bones, or 70 without legs, as OVRBody provides them. Needs no OVRSkeleton.</summary>
    [AddComponentMenu("Panogaze/OVR Body Source")]
    public sealed class OvrBodySource : PoseSource
    {
        [SerializeField]
        [Tooltip("Empty: the one of this object, else one of the scene.")]
        private OVRBody body;

        private readonly TrackingFrame _frame = new TrackingFrame();
        private uint _changedCount;
        private bool _hasChangedCount;
        private LostTracking _lost;

        public OVRBody Body
        {
            get { return body; }
            set { body = value; }
        }

        private SkeletonType Skeleton
        {
            get { return body != null && body.ProvidedSkeletonType == OVRPlugin.BodyJointSet.FullBody ? SkeletonType.FullBody : SkeletonType.Body; }
        }

        public override void Describe(List<StreamInfo> streams)
        {
            streams.Add(Stream(StreamIds.Body, FrameKind.Skeleton, Skeleton));
        }

        public override void Read(PanogazeConnection into, double nowMs)
        {
            OVRPlugin.BodyState? known = body == null ? null : body.BodyState;
            bool tracked = known.HasValue && known.Value.JointLocations != null;
            if (!tracked && !_lost.IsWorthTelling(nowMs)) return;
            _frame.ResetSkeleton(Skeleton);
            _frame.Stream = StreamIds.Body;
            _frame.ClientTimeMs = nowMs;
            if (tracked)
            {
                Fill(into, known.Value);
                _lost.Seen(nowMs);
            }
            into.SetStreamMaxHz(StreamIds.Body, MaxHz);
            into.Put(_frame);
        }

        /// <summary>Every joint comes in the tracking space.</summary>
        private void Fill(PanogazeConnection into, OVRPlugin.BodyState state)
        {
            OVRPlugin.BodyJointLocation[] joints = state.JointLocations;
            _frame.Confidence = state.Confidence;
            for (int bone = 0; bone < _frame.BoneCount && bone < joints.Length; bone++)
            {
                if (!joints[bone].PositionValid || !joints[bone].OrientationValid) continue;
                OVRPlugin.Vector3f p = joints[bone].Pose.Position;
                OVRPlugin.Quatf q = joints[bone].Pose.Orientation;
                _frame.SetBone(bone, p.x, p.y, p.z, q.x, q.y, q.z, q.w);
            }
            if (_hasChangedCount && state.SkeletonChangedCount != _changedCount)
                into.TellSkeletonChanged(StreamIds.Body, state.SkeletonChangedCount, _frame.Skeleton);
            _changedCount = state.SkeletonChangedCount;
            _hasChangedCount = true;
        }

        protected override void OnEnable()
        {
            if (body == null) body = GetComponent<OVRBody>();
            if (body == null) body = FindAnyObjectByType<OVRBody>();
            base.OnEnable();
        }
    }
}
#endif
