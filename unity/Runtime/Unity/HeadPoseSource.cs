using System.Collections.Generic;
using UnityEngine;
using UnityEngine.XR;

namespace Panogaze
{
    /// <summary>
    /// The head: where the server's view looks. Of a camera, relative to the tracking space; with a headset a camera that follows it, as in any XR rig.
    /// </summary>
    [AddComponentMenu("Panogaze/Head Pose Source")]
    public sealed class HeadPoseSource : PoseSource
    {
        [SerializeField]
        [Tooltip("The viewer's camera. Empty: that of this object, else the main one.")]
        private Camera viewer;

        [SerializeField]
        [Tooltip("What poses are relative to: the rig's tracking space. Empty: the camera's parent.")]
        private Transform trackingSpace;

        [SerializeField]
        [Tooltip("Read the headset itself (XRNode.CenterEye) in place of the camera's Transform.")]
        private bool readHeadset;

        [SerializeField]
        [Tooltip("Horizontal field of view to ask for, degrees. 0: that of the camera, of both eyes together in a headset.")]
        private float fovDeg;

        [SerializeField]
        [Tooltip("Degrees that are added to the camera's field of view. Below 0: as many as the head turns while a picture is under way, by its speed and the measured latency.")]
        private float marginDeg = -1;

        private readonly TrackingFrame _frame = new TrackingFrame();
        private readonly ViewMargin _margin = new ViewMargin();
        private double _scale = 1;
        /// <summary>The frusta that were asked for last; null before.</summary>
        private EyeFrustum[] _asked;

        /// <summary>The camera whose pose is sent.</summary>
        public Camera Viewer
        {
            get { return viewer; }
            set { viewer = value; }
        }

        public Transform TrackingSpace
        {
            get { return trackingSpace != null ? trackingSpace : viewer != null ? viewer.transform.parent : null; }
            set { trackingSpace = value; }
        }

        /// <summary>What is asked for now, degrees.</summary>
        public float HorizontalFovDeg
        {
            get
            {
                if (fovDeg > 0) return Mathf.Clamp(fovDeg, 20, 150);
                if (marginDeg >= 0) return Mathf.Clamp(CameraFovDeg() + marginDeg, 20, 150);
                return Mathf.Clamp(2 * Mathf.Rad2Deg * Mathf.Atan(Mathf.Tan(CameraFovDeg() * Mathf.Deg2Rad / 2) * (float)_scale), 20, 150);
            }
        }

        public override void Describe(List<StreamInfo> streams)
        {
            streams.Add(Stream(StreamIds.Head, FrameKind.Head));
        }

        public override void Read(PanogazeConnection into, double nowMs)
        {
            FindViewer();
            _frame.Reset(FrameKind.Head, 1);
            _frame.Stream = StreamIds.Head;
            _frame.ClientTimeMs = nowMs;
            if (readHeadset ? !ReadHeadset() : !ReadCamera()) return;
            if (fovDeg <= 0 && marginDeg < 0) UpdateMargin(into, nowMs);
            _frame.HorizontalFovDeg = HorizontalFovDeg;
            into.SetStreamMaxHz(StreamIds.Head, MaxHz);
            into.Put(_frame);
        }

        protected override void OnEnable()
        {
            FindViewer();
            base.OnEnable();
        }

        private void FindViewer()
        {
            if (viewer == null) viewer = GetComponent<Camera>();
            if (viewer == null) viewer = Camera.main;
        }

        private bool ReadCamera()
        {
            if (viewer == null) return false;
            Transform head = viewer.transform;
            Transform space = TrackingSpace;
            Vector3 p = space == null ? head.position : space.InverseTransformPoint(head.position);
            Quaternion q = space == null ? head.rotation : Quaternion.Inverse(space.rotation) * head.rotation;
            UnityAxes.SetBone(_frame, 0, p.x, p.y, p.z, q.x, q.y, q.z, q.w);
            return true;
        }

        private bool ReadHeadset()
        {
            InputDevice device = InputDevices.GetDeviceAtXRNode(XRNode.CenterEye);
            Quaternion q;
            Vector3 p;
            if (!device.isValid || !device.TryGetFeatureValue(CommonUsages.centerEyeRotation, out q)) return false;
            _frame.PositionTracked = device.TryGetFeatureValue(CommonUsages.centerEyePosition, out p);
            UnityAxes.SetBone(_frame, 0, p.x, p.y, p.z, q.x, q.y, q.z, q.w);
            Vector3 v, w;
            if (device.TryGetFeatureValue(CommonUsages.centerEyeVelocity, out v) && device.TryGetFeatureValue(CommonUsages.centerEyeAngularVelocity, out w))
                UnityAxes.SetVelocity(_frame, 0, v.x, v.y, v.z, w.x, w.y, w.z);
            return true;
        }

        private void UpdateMargin(PanogazeConnection into, double nowMs)
        {
            float[] q = _frame.Rotations;
            _margin.Turn(q[0], q[1], q[2], q[3], nowMs);
            float tanHalfWidth = Mathf.Tan(CameraFovDeg() * Mathf.Deg2Rad / 2);
            float tanHalfHeight = viewer == null ? tanHalfWidth : Mathf.Tan(viewer.fieldOfView * Mathf.Deg2Rad / 2);
            _scale = _margin.Scale(tanHalfWidth, tanHalfHeight, into.MotionToPhotonMs, nowMs);
            if (viewer == null || !viewer.stereoEnabled || !into.TwoEyes) return;
            // A headset's cameras change with its lenses' distance, and when it has begun.
            EyeFrustum left, right;
            if (!TryFrustum(Camera.StereoscopicEye.Left, out left) || !TryFrustum(Camera.StereoscopicEye.Right, out right)) return;
            if (_asked != null && left.IsLike(_asked[0]) && right.IsLike(_asked[1])) return;
            _asked = new[] { left, right };
            into.RequestFrusta(_asked);
        }

        private bool TryFrustum(Camera.StereoscopicEye eye, out EyeFrustum frustum)
        {
            Matrix4x4 m = viewer.GetStereoProjectionMatrix(eye);
            return EyeFrustum.TryFrom(m.m00, m.m02, m.m11, m.m12, _scale, out frustum);
        }

        private float CameraFovDeg()
        {
            if (viewer == null) return 90;
            if (viewer.stereoEnabled)
                return Mathf.Max(EyeFovDeg(Camera.StereoscopicEye.Left), EyeFovDeg(Camera.StereoscopicEye.Right));
            return 2 * Mathf.Rad2Deg * Mathf.Atan(Mathf.Tan(viewer.fieldOfView * Mathf.Deg2Rad / 2) * viewer.aspect);
        }

        /// <summary>An eye sees further outwards than inwards; the server's view is the same to both sides, so the wider one counts.</summary>
        private float EyeFovDeg(Camera.StereoscopicEye eye)
        {
            Matrix4x4 projection = viewer.GetStereoProjectionMatrix(eye);
            float widest = (1 + Mathf.Abs(projection.m02)) / projection.m00;
            return 2 * Mathf.Rad2Deg * Mathf.Atan(widest);
        }
    }
}
