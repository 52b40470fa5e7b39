using System;

namespace Panogaze
{
    /// <summary>How skeletons are written; heads and controllers have one form.</summary>
    public enum BinaryEncoding
    {
        /// <summary>Floats of 32 bits.</summary>
        F32,
        /// <summary>12 bytes a bone, to 0.05 mm and 0.007 degrees, so that a whole body fits into one packet.</summary>
        Q16,
        /// <summary>
        /// 5 bytes for each bone that keeps its distance from its parent, to 0.5 mm and 0.05 degrees, so that a whole body leaves room for others on a
        /// lossy path.
        /// </summary>
        Linked,
    }

    /// <summary>Writes binary messages of the tracking channel into a buffer of its own. Allocates nothing after it was made.</summary>
    public sealed class TrackingEncoder
    {
        /// <summary>The last message, from its first byte on. Holds until the next one.</summary>
        public readonly byte[] Buffer = new byte[TrackingBinary.MaxBytes];

        private readonly BoneLinker _linker = new BoneLinker();
        /// <summary>By stream: what a decoder that has heard every message remembers.</summary>
        private readonly BoneLinks[] _links = new BoneLinks[TrackingBinary.MaxLinkedStreams];

        /// <summary>
        /// Writes the message of a frame. Bones whose numbers are not finite, or are no rotation, are sent as untracked. A skeleton with a bone further
        /// than 3.27 m from its first is sent as F32, since Q16 does not reach; Linked is Q16 for skeletons without a table, and for a part of the bones.
        /// Linked messages of one stream build on those before: each has to be sent, or at least tried, and all by one encoder.
        /// </summary>
        /// <returns>Its length in Buffer; 0 if there is nothing to send: an empty frame, or a head or controller without a finite pose.</returns>
        public int Encode(TrackingFrame frame, BinaryEncoding encoding)
        {
            if (frame.Kind == FrameKind.None || frame.BoneCount < 1 || !TrackingFrame.IsFinite(frame.ClientTimeMs)) return 0;
            if (frame.Kind == FrameKind.Skeleton) return WriteSeen(WriteSkeleton(frame, encoding), frame);
            for (int bone = 0; bone < frame.BoneCount; bone++)
            {
                if (!frame.IsSendable(bone)) return 0;
            }
            return WriteSeen(frame.Kind == FrameKind.Head ? WriteHead(frame) : WriteController(frame), frame);
        }

        /// <summary>Forgets what was sent: another decoder begins.</summary>
        public void Forget()
        {
            foreach (BoneLinks links in _links)
            {
                if (links != null) links.Forget();
            }
        }

        private void WriteHeader(TrackingFrame frame, byte kind, int subtype, int count, uint flags)
        {
            Buffer[0] = TrackingBinary.Magic;
            Buffer[1] = TrackingBinary.Version;
            Buffer[2] = kind;
            Buffer[3] = (byte)subtype;
            LittleEndian.WriteUInt16(Buffer, 4, frame.Stream);
            LittleEndian.WriteUInt16(Buffer, 6, count);
            LittleEndian.WriteUInt32(Buffer, 8, frame.Sequence);
            uint common = (frame.Confidence >= 0.5 ? TrackingBinary.HighConfidence : 0) | (frame.HasSeen ? TrackingBinary.Seen : 0);
            LittleEndian.WriteUInt32(Buffer, 12, flags | common);
            LittleEndian.WriteDouble(Buffer, 16, frame.ClientTimeMs);
        }

        private int WriteSeen(int at, TrackingFrame frame)
        {
            if (!frame.HasSeen) return at;
            LittleEndian.WriteUInt32(Buffer, at, frame.SeenRtp);
            return at + TrackingBinary.SeenBytes;
        }

        private int WriteHead(TrackingFrame frame)
        {
            bool hasVelocity = frame.HasVelocity && IsMoving(frame, 0);
            bool hasFov = TrackingFrame.IsFinite(frame.HorizontalFovDeg);
            uint flags = (hasVelocity ? TrackingBinary.Velocity : 0) | (hasFov ? TrackingBinary.Extra : 0)
                | (frame.PositionTracked ? 0 : TrackingBinary.NoPosition);
            WriteHeader(frame, TrackingBinary.KindHead, -1, 1, flags);
            int at = WritePose(TrackingBinary.HeaderBytes, frame, 0);
            if (!frame.PositionTracked) Array.Clear(Buffer, TrackingBinary.HeaderBytes, 12);
            if (hasVelocity) at = WriteVelocity(at, frame, 0);
            if (!hasFov) return at;
            LittleEndian.WriteSingle(Buffer, at, (float)frame.HorizontalFovDeg);
            LittleEndian.WriteSingle(Buffer, at + 4, TrackingFrame.IsFinite(frame.VerticalFovDeg) ? (float)frame.VerticalFovDeg : 0);
            return at + TrackingBinary.FovBytes;
        }

        private int WriteController(TrackingFrame frame)
        {
            bool hasVelocity = frame.HasVelocity && IsMoving(frame, 0);
            bool hasAim = frame.BoneCount > 1;
            uint flags = (hasVelocity ? TrackingBinary.Velocity : 0) | (hasAim ? TrackingBinary.Extra : 0);
            WriteHeader(frame, TrackingBinary.KindController, (int)frame.Hand, frame.ButtonCount | (frame.AxisCount << 8), flags);
            int at = WritePose(TrackingBinary.HeaderBytes, frame, 0);
            if (hasVelocity) at = WriteVelocity(at, frame, 0);
            if (hasAim) at = WritePose(at, frame, 1);
            LittleEndian.WriteUInt32(Buffer, at, frame.Pressed);
            LittleEndian.WriteUInt32(Buffer, at + 4, frame.Touched);
            at += 8;
            for (int index = 0; index < frame.ButtonCount; index++, at += 4) LittleEndian.WriteSingle(Buffer, at, Finite(frame.Buttons[index]));
            for (int index = 0; index < frame.AxisCount; index++, at += 4) LittleEndian.WriteSingle(Buffer, at, Finite(frame.Axes[index]));
            return at;
        }

        private int WriteSkeleton(TrackingFrame frame, BinaryEncoding encoding)
        {
            int count = frame.BoneCount;
            if (encoding == BinaryEncoding.Linked)
            {
                int length = WriteLinkedSkeleton(frame);
                if (length > 0) return length;
            }
            int origin = FirstSendable(frame);
            bool quantised = encoding != BinaryEncoding.F32 && Reaches(frame, origin);
            bool masked = false;
            for (int bone = 0; bone < count; bone++) masked |= !frame.IsSendable(bone);
            uint flags = (frame.ParentSpace ? TrackingBinary.ParentSpace : 0) | (masked ? TrackingBinary.ValidityMask : 0)
                | (frame.HasVelocity ? TrackingBinary.Velocity : 0);
            WriteHeader(frame, quantised ? TrackingBinary.KindSkeletonQ16 : TrackingBinary.KindSkeletonF32, (int)frame.Skeleton, count, flags);
            int at = TrackingBinary.HeaderBytes;
            if (masked) at = WriteMask(at, frame);
            if (quantised) at = WriteOrigin(at, frame, origin);
            int poseBytes = quantised ? TrackingBinary.QuantisedPoseBytes : TrackingBinary.PoseBytes;
            for (int bone = 0; bone < count; bone++)
            {
                if (!frame.IsSendable(bone)) at = WriteZeros(at, poseBytes);
                else at = quantised ? WriteQuantisedPose(at, frame, bone, origin) : WritePose(at, frame, bone);
            }
            if (!frame.HasVelocity) return at;
            int velocityBytes = quantised ? TrackingBinary.QuantisedVelocityBytes : TrackingBinary.VelocityBytes;
            for (int bone = 0; bone < count; bone++)
            {
                if (!frame.IsSendable(bone) || !IsMoving(frame, bone)) at = WriteZeros(at, velocityBytes);
                else at = quantised ? WriteQuantisedVelocity(at, frame, bone) : WriteVelocity(at, frame, bone);
            }
            return at;
        }

        /// <returns>Its length; 0 if it can't be linked.</returns>
        private int WriteLinkedSkeleton(TrackingFrame frame)
        {
            int count = frame.BoneCount;
            Skeleton skeleton = Skeleton.Of(frame.Skeleton);
            if (skeleton == null || count != skeleton.BoneCount || frame.Stream >= _links.Length) return 0;
            bool masked = false;
            for (int bone = 0; bone < count; bone++)
            {
                _linker.Tracked[bone] = frame.IsSendable(bone);
                masked |= !_linker.Tracked[bone];
            }
            BoneLinks links = _links[frame.Stream] ?? (_links[frame.Stream] = new BoneLinks());
            if (!_linker.Link(frame, skeleton, links))
            {
                // Half of them are what nobody will hear of.
                links.Forget();
                return 0;
            }
            uint flags = (frame.ParentSpace ? TrackingBinary.ParentSpace : 0) | (masked ? TrackingBinary.ValidityMask : 0)
                | (frame.HasVelocity ? TrackingBinary.Velocity : 0);
            WriteHeader(frame, TrackingBinary.KindSkeletonLinked, (int)frame.Skeleton, count, flags);
            int at = TrackingBinary.HeaderBytes;
            if (masked) at = WriteMask(at, frame);
            for (int part = 0; part < 3; part++) LittleEndian.WriteSingle(Buffer, at + part * 4, _linker.Origin[part]);
            at += TrackingBinary.OriginBytes;
            for (int bone = 0; bone < count; bone++)
            {
                if (!_linker.Tracked[bone]) continue;
                bool withOffset = _linker.WithOffset[bone];
                LittleEndian.WriteUInt32(Buffer, at, _linker.Low[bone]);
                Buffer[at + 4] = (byte)(_linker.High[bone] | (withOffset ? BoneLinks.HasOffset : 0));
                at += BoneLinks.RotationBytes;
                if (!withOffset) continue;
                for (int part = 0; part < 3; part++) LittleEndian.WriteUInt16(Buffer, at + part * 2, links.Offsets[bone * 3 + part]);
                at += BoneLinks.OffsetBytes;
            }
            if (!frame.HasVelocity) return at;
            for (int bone = 0; bone < count; bone++)
            {
                if (!_linker.Tracked[bone]) continue;
                at = IsMoving(frame, bone) ? WriteQuantisedVelocity(at, frame, bone) : WriteZeros(at, TrackingBinary.QuantisedVelocityBytes);
            }
            return at;
        }

        private int WriteZeros(int at, int length)
        {
            Array.Clear(Buffer, at, length);
            return at + length;
        }

        private int WriteMask(int at, TrackingFrame frame)
        {
            int end = WriteZeros(at, TrackingBinary.MaskBytes(frame.BoneCount));
            for (int bone = 0; bone < frame.BoneCount; bone++)
            {
                if (frame.IsSendable(bone)) Buffer[at + (bone >> 3)] |= (byte)(1 << (bone & 7));
            }
            return end;
        }

        private int WriteOrigin(int at, TrackingFrame frame, int origin)
        {
            for (int part = 0; part < 3; part++)
                LittleEndian.WriteSingle(Buffer, at + part * 4, origin == -1 ? 0 : frame.Positions[origin * 3 + part]);
            return at + TrackingBinary.OriginBytes;
        }

        private int WritePose(int at, TrackingFrame frame, int bone)
        {
            double scale = 1 / Math.Sqrt(frame.SquareOf(bone));
            for (int part = 0; part < 3; part++) LittleEndian.WriteSingle(Buffer, at + part * 4, frame.Positions[bone * 3 + part]);
            for (int part = 0; part < 4; part++)
                LittleEndian.WriteSingle(Buffer, at + 12 + part * 4, (float)(frame.Rotations[bone * 4 + part] * scale));
            return at + TrackingBinary.PoseBytes;
        }

        private int WriteVelocity(int at, TrackingFrame frame, int bone)
        {
            for (int part = 0; part < 3; part++)
            {
                LittleEndian.WriteSingle(Buffer, at + part * 4, frame.LinearVelocities[bone * 3 + part]);
                LittleEndian.WriteSingle(Buffer, at + 12 + part * 4, frame.AngularVelocities[bone * 3 + part]);
            }
            return at + TrackingBinary.VelocityBytes;
        }

        private int WriteQuantisedPose(int at, TrackingFrame frame, int bone, int origin)
        {
            for (int part = 0; part < 3; part++)
            {
                double distance = (double)frame.Positions[bone * 3 + part] - frame.Positions[origin * 3 + part];
                LittleEndian.WriteUInt16(Buffer, at + part * 2, TrackingBinary.Nearest(distance * TrackingBinary.PositionSteps));
            }
            int largest = 0;
            for (int part = 1; part < 4; part++)
            {
                if (Math.Abs(frame.Rotations[bone * 4 + part]) > Math.Abs(frame.Rotations[bone * 4 + largest])) largest = part;
            }
            // The largest is sent by its place only, so the quaternion is sent with the sign that makes it positive.
            double scale = (frame.Rotations[bone * 4 + largest] < 0 ? -1 : 1) / Math.Sqrt(frame.SquareOf(bone));
            int word = at + 6;
            for (int part = 0; part < 4; part++)
            {
                if (part == largest) continue;
                int steps = TrackingBinary.Nearest(frame.Rotations[bone * 4 + part] * scale / TrackingBinary.RotationStep) + TrackingBinary.RotationZero;
                int bit = word == at + 6 ? largest & 1 : word == at + 8 ? largest >> 1 : 0;
                LittleEndian.WriteUInt16(Buffer, word, steps | (bit << 15));
                word += 2;
            }
            return at + TrackingBinary.QuantisedPoseBytes;
        }

        private int WriteQuantisedVelocity(int at, TrackingFrame frame, int bone)
        {
            for (int part = 0; part < 3; part++)
            {
                LittleEndian.WriteUInt16(Buffer, at + part * 2, ClampedInt16(frame.LinearVelocities[bone * 3 + part] * TrackingBinary.VelocitySteps));
                LittleEndian.WriteUInt16(Buffer, at + 6 + part * 2, ClampedInt16(frame.AngularVelocities[bone * 3 + part] * TrackingBinary.AngularSteps));
            }
            return at + TrackingBinary.QuantisedVelocityBytes;
        }

        private static int ClampedInt16(double value)
        {
            return (int)Math.Min(short.MaxValue, Math.Max(-short.MaxValue, Math.Floor(value + 0.5)));
        }

        private static float Finite(float value)
        {
            return TrackingFrame.IsFinite(value) ? value : 0;
        }

        private static bool IsMoving(TrackingFrame frame, int bone)
        {
            int at = bone * 3;
            float[] v = frame.LinearVelocities;
            float[] w = frame.AngularVelocities;
            return TrackingFrame.IsFinite((double)v[at] + v[at + 1] + v[at + 2] + w[at] + w[at + 1] + w[at + 2]);
        }

        /// <summary>The bone that the others are measured from: the root of a body, the palm of a hand. -1: none is tracked.</summary>
        private static int FirstSendable(TrackingFrame frame)
        {
            for (int bone = 0; bone < frame.BoneCount; bone++)
            {
                if (frame.IsSendable(bone)) return bone;
            }
            return -1;
        }

        private static bool Reaches(TrackingFrame frame, int origin)
        {
            for (int bone = 0; bone < frame.BoneCount; bone++)
            {
                if (!frame.IsSendable(bone)) continue;
                for (int part = 0; part < 3; part++)
                {
                    double distance = (double)frame.Positions[bone * 3 + part] - frame.Positions[origin * 3 + part];
                    if (!(Math.Abs(Math.Floor(distance * TrackingBinary.PositionSteps + 0.5)) <= short.MaxValue)) return false;
                }
            }
            return true;
        }
    }
}
