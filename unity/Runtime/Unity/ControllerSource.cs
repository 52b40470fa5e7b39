using System.Collections.Generic;
using UnityEngine;
using UnityEngine.XR;

namespace Panogaze
{
    /// <summary>Both controllers: grip, aim, velocities, buttons and thumbsticks, in the order of WebXR's xr-standard gamepad.</summary>
    [AddComponentMenu("Panogaze/Controller Source")]
    public sealed class ControllerSource : PoseSource
    {
        /// <summary>Where a controller aims. OpenXR's plug-in has these; where they are missing no aim is sent.</summary>
        private static readonly InputFeatureUsage<Vector3> PointerPosition = new InputFeatureUsage<Vector3>("PointerPosition");
        private static readonly InputFeatureUsage<Quaternion> PointerRotation = new InputFeatureUsage<Quaternion>("PointerRotation");

        private readonly TrackingFrame _frame = new TrackingFrame();

        public override void Describe(List<StreamInfo> streams)
        {
            streams.Add(Stream(StreamIds.LeftController, FrameKind.Controller, SkeletonType.None, Hand.Left));
            streams.Add(Stream(StreamIds.RightController, FrameKind.Controller, SkeletonType.None, Hand.Right));
        }

        public override void Read(PanogazeConnection into, double nowMs)
        {
            ReadOne(into, nowMs, XRNode.LeftHand, Hand.Left, StreamIds.LeftController);
            ReadOne(into, nowMs, XRNode.RightHand, Hand.Right, StreamIds.RightController);
        }

        private void ReadOne(PanogazeConnection into, double nowMs, XRNode node, Hand hand, ushort stream)
        {
            InputDevice device = InputDevices.GetDeviceAtXRNode(node);
            // A tracked hand may stand at the same node. It has no buttons and is sent by its own source.
            if (!device.isValid || (device.characteristics & InputDeviceCharacteristics.Controller) == 0) return;
            Vector3 p;
            Quaternion q;
            if (!device.TryGetFeatureValue(CommonUsages.devicePosition, out p) || !device.TryGetFeatureValue(CommonUsages.deviceRotation, out q)) return;
            bool tracked;
            if (device.TryGetFeatureValue(CommonUsages.isTracked, out tracked) && !tracked) return;
            Vector3 aimP;
            Quaternion aimQ = Quaternion.identity;
            bool aims = device.TryGetFeatureValue(PointerPosition, out aimP) && device.TryGetFeatureValue(PointerRotation, out aimQ);
            _frame.Reset(FrameKind.Controller, aims ? 2 : 1);
            _frame.Stream = stream;
            _frame.Hand = hand;
            _frame.ClientTimeMs = nowMs;
            UnityAxes.SetBone(_frame, 0, p.x, p.y, p.z, q.x, q.y, q.z, q.w);
            if (aims) UnityAxes.SetBone(_frame, 1, aimP.x, aimP.y, aimP.z, aimQ.x, aimQ.y, aimQ.z, aimQ.w);
            Vector3 v, w;
            if (device.TryGetFeatureValue(CommonUsages.deviceVelocity, out v) && device.TryGetFeatureValue(CommonUsages.deviceAngularVelocity, out w))
                UnityAxes.SetVelocity(_frame, 0, v.x, v.y, v.z, w.x, w.y, w.z);
            ReadButtons(device);
            into.SetStreamMaxHz(stream, MaxHz);
            into.Put(_frame);
        }

        private void ReadButtons(InputDevice device)
        {
            float trigger, grip;
            device.TryGetFeatureValue(CommonUsages.trigger, out trigger);
            device.TryGetFeatureValue(CommonUsages.grip, out grip);
            AddButton(trigger, Is(device, CommonUsages.triggerButton), trigger > 0);
            AddButton(grip, Is(device, CommonUsages.gripButton), grip > 0);
            AddButton(Is(device, CommonUsages.secondary2DAxisClick), Is(device, CommonUsages.secondary2DAxisTouch));
            AddButton(Is(device, CommonUsages.primary2DAxisClick), Is(device, CommonUsages.primary2DAxisTouch));
            AddButton(Is(device, CommonUsages.primaryButton), Is(device, CommonUsages.primaryTouch));
            AddButton(Is(device, CommonUsages.secondaryButton), Is(device, CommonUsages.secondaryTouch));
            Vector2 pad, stick;
            device.TryGetFeatureValue(CommonUsages.secondary2DAxis, out pad);
            device.TryGetFeatureValue(CommonUsages.primary2DAxis, out stick);
            // Unity's y is positive away from the user, WebXR's towards.
            _frame.AddAxis(pad.x);
            _frame.AddAxis(-pad.y);
            _frame.AddAxis(stick.x);
            _frame.AddAxis(-stick.y);
        }

        private void AddButton(float value, bool pressed, bool touched)
        {
            _frame.AddButton(Mathf.Clamp(value, 0, 1), pressed, touched || pressed);
        }

        private void AddButton(bool pressed, bool touched)
        {
            AddButton(pressed ? 1 : 0, pressed, touched);
        }

        private static bool Is(InputDevice device, InputFeatureUsage<bool> usage)
        {
            bool value;
            return device.TryGetFeatureValue(usage, out value) && value;
        }
    }
}
