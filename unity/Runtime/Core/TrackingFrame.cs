using System;

namespace Panogaze
{
    /// <summary>What a frame holds.</summary>
    public enum FrameKind
    {
        None,
        Head,
        Skeleton,
        Controller,
    }

    /// <summary>
    /// One message of the tracking channel, in world axes: right-handed, +X right, +Y up, -Z forward, metres, quaternions x y z w. Made once and filled
    /// again and again. Of a skeleton the bones are by id, of a head itself, of a controller the grip and, if there are two, where it aims.
    /// </summary>
    public sealed class TrackingFrame
    {
        /// <summary>Most bones of one message. The largest skeleton that is known has 84.</summary>
        public const int MaxBones = 128;
        public const int MaxButtons = 32;
        public const int MaxAxes = 16;

        public FrameKind Kind = FrameKind.None;
        /// <summary>Of a skeleton; None for bones without a table.</summary>
        public SkeletonType Skeleton = SkeletonType.None;
        /// <summary>Which hand holds the controller.</summary>
        public Hand Hand = Hand.None;
        /// <summary>Which of the client's streams.</summary>
        public ushort Stream;
        /// <summary>Counts the messages of one stream.</summary>
        public uint Sequence;
        /// <summary>When it was read, milliseconds on the client's own monotonic clock.</summary>
        public double ClientTimeMs;
        /// <summary>Whether SeenRtp is known.</summary>
        public bool HasSeen;
        /// <summary>The RTP time of the picture that was on the screen when it was read.</summary>
        public uint SeenRtp;
        /// <summary>How sure the device is of it, 0 to 1. Binary messages know 0 and 1 only.</summary>
        public double Confidence = 1;
        /// <summary>Each bone is relative to its parent; else all are in one frame, the tracking space.</summary>
        public bool ParentSpace;
        /// <summary>A head's position is known; else its device only turns.</summary>
        public bool PositionTracked = true;
        public int BoneCount;
        /// <summary>Bones of a skeleton that were sent with a number that is not finite or a rotation that is none. They are not tracked.</summary>
        public int DroppedBones;
        /// <summary>x y z of each bone.</summary>
        public readonly float[] Positions = new float[MaxBones * 3];
        /// <summary>x y z w of each bone.</summary>
        public readonly float[] Rotations = new float[MaxBones * 4];
        /// <summary>Which bones are tracked.</summary>
        public readonly bool[] Valid = new bool[MaxBones];
        /// <summary>Whether the two arrays below belong to this message.</summary>
        public bool HasVelocity;
        /// <summary>Metres a second, x y z of each bone.</summary>
        public readonly float[] LinearVelocities = new float[MaxBones * 3];
        /// <summary>Radians a second about x, y and z.</summary>
        public readonly float[] AngularVelocities = new float[MaxBones * 3];
        /// <summary>The field of view that a head asks for, degrees; NaN: it does not say.</summary>
        public double HorizontalFovDeg = double.NaN;
        public double VerticalFovDeg = double.NaN;
        public int ButtonCount;
        /// <summary>How far each button is pressed, 0 to 1, in the order of WebXR's xr-standard gamepad.</summary>
        public readonly float[] Buttons = new float[MaxButtons];
        /// <summary>Bit i: button i counts as pressed, or is touched.</summary>
        public uint Pressed;
        public uint Touched;
        public int AxisCount;
        /// <summary>Thumbsticks and touchpads, -1 to 1; y is positive towards the user, as in WebXR.</summary>
        public readonly float[] Axes = new float[MaxAxes];

        /// <summary>All but buttons and axes as in a new frame: untracked bones at the origin, not turned and still.</summary>
        public void Reset(FrameKind kind, int boneCount)
        {
            if (boneCount < 0 || boneCount > MaxBones) throw new ArgumentOutOfRangeException("boneCount", "A frame has 0 to 128 bones.");
            Kind = kind;
            Skeleton = SkeletonType.None;
            Hand = Hand.None;
            Stream = 0;
            Sequence = 0;
            ClientTimeMs = 0;
            HasSeen = false;
            SeenRtp = 0;
            Confidence = 1;
            ParentSpace = false;
            PositionTracked = true;
            BoneCount = boneCount;
            DroppedBones = 0;
            HasVelocity = false;
            HorizontalFovDeg = double.NaN;
            VerticalFovDeg = double.NaN;
            ButtonCount = 0;
            Pressed = 0;
            Touched = 0;
            AxisCount = 0;
            Array.Clear(Positions, 0, boneCount * 3);
            Array.Clear(Rotations, 0, boneCount * 4);
            Array.Clear(Valid, 0, boneCount);
            Array.Clear(LinearVelocities, 0, boneCount * 3);
            Array.Clear(AngularVelocities, 0, boneCount * 3);
            for (int bone = 0; bone < boneCount; bone++) Rotations[bone * 4 + 3] = 1;
        }

        /// <summary>A skeleton frame with all bones of its table, untracked.</summary>
        public void ResetSkeleton(SkeletonType skeleton)
        {
            Skeleton table = Panogaze.Skeleton.Of(skeleton);
            if (table == null) throw new ArgumentOutOfRangeException("skeleton", "This skeleton has no table.");
            Reset(FrameKind.Skeleton, table.BoneCount);
            Skeleton = skeleton;
        }

        /// <summary>Says where a tracked bone is.</summary>
        public void SetBone(int bone, float px, float py, float pz, float qx, float qy, float qz, float qw)
        {
            Positions[bone * 3] = px;
            Positions[bone * 3 + 1] = py;
            Positions[bone * 3 + 2] = pz;
            Rotations[bone * 4] = qx;
            Rotations[bone * 4 + 1] = qy;
            Rotations[bone * 4 + 2] = qz;
            Rotations[bone * 4 + 3] = qw;
            Valid[bone] = true;
        }

        public void SetVelocity(int bone, float vx, float vy, float vz, float wx, float wy, float wz)
        {
            HasVelocity = true;
            LinearVelocities[bone * 3] = vx;
            LinearVelocities[bone * 3 + 1] = vy;
            LinearVelocities[bone * 3 + 2] = vz;
            AngularVelocities[bone * 3] = wx;
            AngularVelocities[bone * 3 + 1] = wy;
            AngularVelocities[bone * 3 + 2] = wz;
        }

        /// <summary>Appends a button. What is over the limit is left out.</summary>
        public void AddButton(float value, bool pressed, bool touched)
        {
            if (ButtonCount == MaxButtons) return;
            Buttons[ButtonCount] = value;
            if (pressed) Pressed |= 1u << ButtonCount;
            if (touched) Touched |= 1u << ButtonCount;
            ButtonCount++;
        }

        public void AddAxis(float value)
        {
            if (AxisCount < MaxAxes) Axes[AxisCount++] = value;
        }

        /// <summary>Makes this frame the same as another: all that the other's counts say it has.</summary>
        public void CopyFrom(TrackingFrame other)
        {
            Kind = other.Kind;
            Skeleton = other.Skeleton;
            Hand = other.Hand;
            Stream = other.Stream;
            Sequence = other.Sequence;
            ClientTimeMs = other.ClientTimeMs;
            HasSeen = other.HasSeen;
            SeenRtp = other.SeenRtp;
            Confidence = other.Confidence;
            ParentSpace = other.ParentSpace;
            PositionTracked = other.PositionTracked;
            BoneCount = other.BoneCount;
            DroppedBones = other.DroppedBones;
            HasVelocity = other.HasVelocity;
            HorizontalFovDeg = other.HorizontalFovDeg;
            VerticalFovDeg = other.VerticalFovDeg;
            ButtonCount = other.ButtonCount;
            Pressed = other.Pressed;
            Touched = other.Touched;
            AxisCount = other.AxisCount;
            Array.Copy(other.Positions, Positions, other.BoneCount * 3);
            Array.Copy(other.Rotations, Rotations, other.BoneCount * 4);
            Array.Copy(other.Valid, Valid, other.BoneCount);
            Array.Copy(other.LinearVelocities, LinearVelocities, other.BoneCount * 3);
            Array.Copy(other.AngularVelocities, AngularVelocities, other.BoneCount * 3);
            Array.Copy(other.Buttons, Buttons, other.ButtonCount);
            Array.Copy(other.Axes, Axes, other.AxisCount);
        }

        /// <summary>Whether a bone is tracked and its numbers are finite and a rotation. Devices mark what they don't see with NaN, which never travels.</summary>
        public bool IsSendable(int bone)
        {
            if (!Valid[bone]) return false;
            double square = SquareOf(bone);
            int at = bone * 3;
            return square >= MinRotationSquare && square <= MaxRotationSquare
                && IsFinite((double)Positions[at] + Positions[at + 1] + Positions[at + 2]);
        }

        /// <summary>The square of a rotation's length.</summary>
        public double SquareOf(int bone)
        {
            int at = bone * 4;
            double x = Rotations[at], y = Rotations[at + 1], z = Rotations[at + 2], w = Rotations[at + 3];
            return x * x + y * y + z * z + w * w;
        }

        /// <summary>Squares of the lengths within which four numbers are meant as a rotation: 0.9 and 1.1.</summary>
        internal const double MinRotationSquare = 0.81;
        internal const double MaxRotationSquare = 1.21;

        internal static bool IsFinite(double value)
        {
            return !double.IsNaN(value) && !double.IsInfinity(value);
        }
    }
}
