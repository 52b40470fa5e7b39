using System;

namespace Panogaze
{
    /// <summary>What became of a message.</summary>
    public enum DecodeResult
    {
        Message,
        /// <summary>Of a later version.</summary>
        Ignored,
        /// <summary>Against the protocol.</summary>
        Refused,
    }

    /// <summary>
    /// Reads the binary messages of one client's tracking channel: for tools, replays and tests. It remembers how far linked bones are apart. Allocates
    /// nothing for a stream that is known, and never throws.
    /// </summary>
    public sealed class TrackingDecoder
    {
        private const uint CommonFlags = TrackingBinary.HighConfidence | TrackingBinary.Velocity | TrackingBinary.Seen;
        private const uint SkeletonFlags = CommonFlags | TrackingBinary.ParentSpace | TrackingBinary.ValidityMask;
        private const uint HeadFlags = CommonFlags | TrackingBinary.Extra | TrackingBinary.NoPosition;
        private const uint ControllerFlags = CommonFlags | TrackingBinary.Extra;

        private readonly BoneLinks[] _links = new BoneLinks[TrackingBinary.MaxLinkedStreams];
        /// <summary>Of the message at hand: whether each bone is tracked, and where it is measured from.</summary>
        private readonly bool[] _tracked = new bool[TrackingFrame.MaxBones];
        /// <summary>Which of the tracked bones of a linked message have a rotation.</summary>
        private readonly bool[] _turned = new bool[TrackingFrame.MaxBones];
        private readonly float[] _origin = new float[3];

        /// <summary>A bone whose distance has not been heard yet, because the messages that had it were lost, is not tracked.</summary>
        /// <param name="bytes">The message is its first <paramref name="length"/> bytes.</param>
        /// <param name="into">Left as it was unless the result is a message.</param>
        public DecodeResult Decode(byte[] bytes, int length, TrackingFrame into)
        {
            if (length < TrackingBinary.HeaderBytes || bytes[0] != TrackingBinary.Magic || bytes[1] == 0) return DecodeResult.Refused;
            byte kind = bytes[2];
            if (bytes[1] > TrackingBinary.Version || kind < TrackingBinary.KindHead || kind > TrackingBinary.KindSkeletonLinked) return DecodeResult.Ignored;
            if (length > TrackingBinary.MaxBytes || !TrackingFrame.IsFinite(LittleEndian.ReadDouble(bytes, 16))) return DecodeResult.Refused;
            if (kind == TrackingBinary.KindHead) return DecodeHead(bytes, length, into);
            if (kind == TrackingBinary.KindController) return DecodeController(bytes, length, into);
            if (kind == TrackingBinary.KindSkeletonLinked) return DecodeLinkedSkeleton(bytes, length, into);
            return DecodeSkeleton(bytes, length, into, kind == TrackingBinary.KindSkeletonQ16);
        }

        private static DecodeResult DecodeHead(byte[] bytes, int length, TrackingFrame into)
        {
            uint flags = LittleEndian.ReadUInt32(bytes, 12);
            if (LittleEndian.ReadUInt16(bytes, 6) != 1) return DecodeResult.Refused;
            int velocityAt = TrackingBinary.HeaderBytes + TrackingBinary.PoseBytes;
            int fovAt = velocityAt + (Has(flags, TrackingBinary.Velocity) ? TrackingBinary.VelocityBytes : 0);
            int end = fovAt + (Has(flags, TrackingBinary.Extra) ? TrackingBinary.FovBytes : 0);
            if (!IsLength(length, end, flags, HeadFlags) || !IsPose(bytes, TrackingBinary.HeaderBytes)) return DecodeResult.Refused;
            if (Has(flags, TrackingBinary.Velocity) && !AreFinite(bytes, velocityAt, 6)) return DecodeResult.Refused;
            if (Has(flags, TrackingBinary.Extra) && !AreFinite(bytes, fovAt, 2)) return DecodeResult.Refused;
            into.Reset(FrameKind.Head, 1);
            ReadHeader(bytes, into, flags, end);
            into.PositionTracked = !Has(flags, TrackingBinary.NoPosition);
            ReadPose(bytes, TrackingBinary.HeaderBytes, into, 0);
            if (!into.PositionTracked) Array.Clear(into.Positions, 0, 3);
            if (Has(flags, TrackingBinary.Velocity)) ReadVelocity(bytes, velocityAt, into, 0);
            if (!Has(flags, TrackingBinary.Extra)) return DecodeResult.Message;
            into.HorizontalFovDeg = LittleEndian.ReadSingle(bytes, fovAt);
            float vertical = LittleEndian.ReadSingle(bytes, fovAt + 4);
            into.VerticalFovDeg = vertical == 0 ? double.NaN : vertical;
            return DecodeResult.Message;
        }

        private static DecodeResult DecodeController(byte[] bytes, int length, TrackingFrame into)
        {
            uint flags = LittleEndian.ReadUInt32(bytes, 12);
            int buttonCount = bytes[6];
            int axisCount = bytes[7];
            if (buttonCount > TrackingFrame.MaxButtons || axisCount > TrackingFrame.MaxAxes) return DecodeResult.Refused;
            bool hasAim = Has(flags, TrackingBinary.Extra);
            int velocityAt = TrackingBinary.HeaderBytes + TrackingBinary.PoseBytes;
            int aimAt = velocityAt + (Has(flags, TrackingBinary.Velocity) ? TrackingBinary.VelocityBytes : 0);
            int buttonsAt = aimAt + (hasAim ? TrackingBinary.PoseBytes : 0);
            int valuesAt = buttonsAt + 8;
            int end = valuesAt + (buttonCount + axisCount) * 4;
            if (!IsLength(length, end, flags, ControllerFlags) || !IsPose(bytes, TrackingBinary.HeaderBytes)) return DecodeResult.Refused;
            if (hasAim && !IsPose(bytes, aimAt)) return DecodeResult.Refused;
            if (Has(flags, TrackingBinary.Velocity) && !AreFinite(bytes, velocityAt, 6)) return DecodeResult.Refused;
            if (!AreFinite(bytes, valuesAt, buttonCount + axisCount)) return DecodeResult.Refused;
            into.Reset(FrameKind.Controller, hasAim ? 2 : 1);
            ReadHeader(bytes, into, flags, end);
            into.Hand = bytes[3] == 1 ? Hand.Left : bytes[3] == 2 ? Hand.Right : Hand.None;
            ReadPose(bytes, TrackingBinary.HeaderBytes, into, 0);
            if (Has(flags, TrackingBinary.Velocity)) ReadVelocity(bytes, velocityAt, into, 0);
            if (hasAim) ReadPose(bytes, aimAt, into, 1);
            into.Pressed = LittleEndian.ReadUInt32(bytes, buttonsAt);
            into.Touched = LittleEndian.ReadUInt32(bytes, buttonsAt + 4);
            into.ButtonCount = buttonCount;
            into.AxisCount = axisCount;
            for (int index = 0; index < buttonCount; index++) into.Buttons[index] = LittleEndian.ReadSingle(bytes, valuesAt + index * 4);
            for (int index = 0; index < axisCount; index++) into.Axes[index] = LittleEndian.ReadSingle(bytes, valuesAt + (buttonCount + index) * 4);
            return DecodeResult.Message;
        }

        private DecodeResult DecodeSkeleton(byte[] bytes, int length, TrackingFrame into, bool quantised)
        {
            int wireId = (sbyte)bytes[3];
            Skeleton skeleton = Skeleton.Of((SkeletonType)wireId);
            if (skeleton == null && wireId != (int)SkeletonType.None) return DecodeResult.Ignored;
            uint flags = LittleEndian.ReadUInt32(bytes, 12);
            int count = LittleEndian.ReadUInt16(bytes, 6);
            if (count == 0 || count > (skeleton == null ? TrackingFrame.MaxBones : skeleton.BoneCount)) return DecodeResult.Refused;
            int maskAt = Has(flags, TrackingBinary.ValidityMask) ? TrackingBinary.HeaderBytes : -1;
            int originAt = TrackingBinary.HeaderBytes + (maskAt == -1 ? 0 : TrackingBinary.MaskBytes(count));
            int posesAt = originAt + (quantised ? TrackingBinary.OriginBytes : 0);
            int poseBytes = quantised ? TrackingBinary.QuantisedPoseBytes : TrackingBinary.PoseBytes;
            int velocityBytes = quantised ? TrackingBinary.QuantisedVelocityBytes : TrackingBinary.VelocityBytes;
            int velocitiesAt = Has(flags, TrackingBinary.Velocity) ? posesAt + count * poseBytes : -1;
            int end = posesAt + count * (poseBytes + (velocitiesAt == -1 ? 0 : velocityBytes));
            if (!IsLength(length, end, flags, SkeletonFlags)) return DecodeResult.Refused;

            // First look at everything, then write: a message with a fault in its last bone must not leave its first ones behind.
            if (quantised && !AreFinite(bytes, originAt, 3)) return DecodeResult.Refused;
            Array.Clear(_tracked, 0, _tracked.Length);
            int trackedCount = 0, droppedBones = 0;
            for (int bone = 0; bone < count; bone++)
            {
                if (!IsValid(bytes, maskAt, bone)) continue;
                int at = posesAt + bone * poseBytes;
                bool isUsable = quantised ? IsQuantisedRotation(bytes, at + 6) : IsPose(bytes, at);
                if (isUsable && velocitiesAt != -1 && !quantised) isUsable = AreFinite(bytes, velocitiesAt + bone * velocityBytes, 6);
                _tracked[bone] = isUsable;
                if (isUsable) trackedCount++;
                else droppedBones++;
            }
            // A skeleton of which no bone can be read is not one that its device has lost.
            if (trackedCount == 0 && droppedBones > 0) return DecodeResult.Refused;

            into.Reset(FrameKind.Skeleton, skeleton == null ? count : skeleton.BoneCount);
            into.Skeleton = (SkeletonType)wireId;
            ReadHeader(bytes, into, flags, end);
            into.ParentSpace = Has(flags, TrackingBinary.ParentSpace);
            into.HasVelocity = velocitiesAt != -1;
            into.DroppedBones = droppedBones;
            for (int bone = 0; bone < count; bone++)
            {
                if (!_tracked[bone]) continue;
                int at = posesAt + bone * poseBytes;
                if (quantised) ReadQuantisedPose(bytes, originAt, at, into, bone);
                else ReadPose(bytes, at, into, bone);
                if (velocitiesAt == -1) continue;
                if (quantised) ReadQuantisedVelocity(bytes, velocitiesAt + bone * velocityBytes, into, bone);
                else ReadVelocity(bytes, velocitiesAt + bone * velocityBytes, into, bone);
            }
            return DecodeResult.Message;
        }

        private DecodeResult DecodeLinkedSkeleton(byte[] bytes, int length, TrackingFrame into)
        {
            int wireId = (sbyte)bytes[3];
            Skeleton skeleton = Skeleton.Of((SkeletonType)wireId);
            if (skeleton == null) return wireId == (int)SkeletonType.None ? DecodeResult.Refused : DecodeResult.Ignored;
            uint flags = LittleEndian.ReadUInt32(bytes, 12);
            int stream = LittleEndian.ReadUInt16(bytes, 4);
            int count = LittleEndian.ReadUInt16(bytes, 6);
            if (count == 0 || count > skeleton.BoneCount || stream >= _links.Length) return DecodeResult.Refused;
            int maskAt = Has(flags, TrackingBinary.ValidityMask) ? TrackingBinary.HeaderBytes : -1;
            int originAt = TrackingBinary.HeaderBytes + (maskAt == -1 ? 0 : TrackingBinary.MaskBytes(count));
            int bonesAt = originAt + TrackingBinary.OriginBytes;
            if (length < bonesAt || !AreFinite(bytes, originAt, 3)) return DecodeResult.Refused;

            // First look at everything, as above.
            Array.Clear(_tracked, 0, _tracked.Length);
            Array.Clear(_turned, 0, _turned.Length);
            int velocitiesAt = bonesAt;
            int trackedCount = 0, turnedCount = 0;
            for (int bone = 0; bone < count; bone++)
            {
                if (!IsValid(bytes, maskAt, bone)) continue;
                if (length < velocitiesAt + BoneLinks.RotationBytes) return DecodeResult.Refused;
                int high = bytes[velocitiesAt + 4];
                if (high > 0x7f) return DecodeResult.Refused;
                _turned[bone] = BoneLinks.IsRotation(LittleEndian.ReadUInt32(bytes, velocitiesAt), high);
                if (_turned[bone]) turnedCount++;
                velocitiesAt += BoneLinks.RotationBytes + ((high & BoneLinks.HasOffset) != 0 ? BoneLinks.OffsetBytes : 0);
                _tracked[bone] = true;
                trackedCount++;
            }
            int end = velocitiesAt + (Has(flags, TrackingBinary.Velocity) ? trackedCount * TrackingBinary.QuantisedVelocityBytes : 0);
            if (!IsLength(length, end, flags, SkeletonFlags)) return DecodeResult.Refused;
            if (turnedCount == 0 && trackedCount > 0) return DecodeResult.Refused;

            BoneLinks links = _links[stream] ?? (_links[stream] = new BoneLinks());
            into.Reset(FrameKind.Skeleton, skeleton.BoneCount);
            into.Skeleton = (SkeletonType)wireId;
            ReadHeader(bytes, into, flags, end);
            into.ParentSpace = Has(flags, TrackingBinary.ParentSpace);
            into.HasVelocity = Has(flags, TrackingBinary.Velocity);
            into.DroppedBones = trackedCount - turnedCount;
            for (int part = 0; part < 3; part++) _origin[part] = LittleEndian.ReadSingle(bytes, originAt + part * 4);
            links.Begin(into.Skeleton, into.ParentSpace);
            ReadLinkedBones(bytes, bonesAt, count, into, skeleton, links);
            for (int index = 0; index < skeleton.BoneCount; index++)
            {
                int bone = skeleton.ParentsFirst(index);
                // A bone that hangs on one without a rotation has no place either: the sender counted on it.
                if (!_turned[bone]) continue;
                int ancestor = BoneLinks.BaseOf(bone, skeleton, _tracked, into.ParentSpace);
                into.Valid[bone] = links.TryPlace(bone, ancestor, _origin, into.Positions, into.Rotations, into.Valid);
            }
            for (int bone = 0; bone < count; bone++)
            {
                if (!_tracked[bone]) continue;
                if (!into.Valid[bone]) SetUnturned(into, bone);
                else if (into.HasVelocity) ReadQuantisedVelocity(bytes, velocitiesAt, into, bone);
                velocitiesAt += TrackingBinary.QuantisedVelocityBytes;
            }
            return DecodeResult.Message;
        }

        private void ReadLinkedBones(byte[] bytes, int at, int count, TrackingFrame into, Skeleton skeleton, BoneLinks links)
        {
            for (int bone = 0; bone < count; bone++)
            {
                if (!_tracked[bone]) continue;
                int high = bytes[at + 4];
                if (_turned[bone]) BoneLinks.Unpack(LittleEndian.ReadUInt32(bytes, at), high, into.Rotations, bone);
                at += BoneLinks.RotationBytes;
                if ((high & BoneLinks.HasOffset) == 0) continue;
                for (int part = 0; part < 3; part++) links.Offsets[bone * 3 + part] = (short)LittleEndian.ReadInt16(bytes, at + part * 2);
                links.Bases[bone] = (sbyte)BoneLinks.BaseOf(bone, skeleton, _tracked, into.ParentSpace);
                at += BoneLinks.OffsetBytes;
            }
        }

        private static void SetUnturned(TrackingFrame frame, int bone)
        {
            Array.Clear(frame.Rotations, bone * 4, 3);
            frame.Rotations[bone * 4 + 3] = 1;
        }

        private static bool Has(uint flags, uint flag)
        {
            return (flags & flag) != 0;
        }

        /// <summary>Only a message with flags of a later version may go on after its end.</summary>
        /// <param name="partsEnd">Where the parts of its kind end.</param>
        private static bool IsLength(int length, int partsEnd, uint flags, uint known)
        {
            int end = partsEnd + (Has(flags, TrackingBinary.Seen) ? TrackingBinary.SeenBytes : 0);
            return length == end || (length > end && (flags & ~known) != 0);
        }

        private static bool IsPose(byte[] bytes, int at)
        {
            if (!AreFinite(bytes, at, 3)) return false;
            double square = SquareAt(bytes, at + 12);
            // Also false for what is not a number.
            return square >= TrackingFrame.MinRotationSquare && square <= TrackingFrame.MaxRotationSquare;
        }

        private static bool IsQuantisedRotation(byte[] bytes, int at)
        {
            double a = SmallPart(bytes, at), b = SmallPart(bytes, at + 2), c = SmallPart(bytes, at + 4);
            return a * a + b * b + c * c <= TrackingBinary.MaxSquares;
        }

        private static bool AreFinite(byte[] bytes, int at, int count)
        {
            // A sum of some floats of 32 bits is finite in 64 bits if and only if each of them is.
            double sum = 0;
            for (int index = 0; index < count; index++) sum += LittleEndian.ReadSingle(bytes, at + index * 4);
            return TrackingFrame.IsFinite(sum);
        }

        private static double SquareAt(byte[] bytes, int at)
        {
            double x = LittleEndian.ReadSingle(bytes, at), y = LittleEndian.ReadSingle(bytes, at + 4);
            double z = LittleEndian.ReadSingle(bytes, at + 8), w = LittleEndian.ReadSingle(bytes, at + 12);
            return x * x + y * y + z * z + w * w;
        }

        private static bool IsValid(byte[] bytes, int maskAt, int bone)
        {
            return maskAt == -1 || ((bytes[maskAt + (bone >> 3)] >> (bone & 7)) & 1) == 1;
        }

        /// <param name="partsEnd">Where the parts of its kind end.</param>
        private static void ReadHeader(byte[] bytes, TrackingFrame into, uint flags, int partsEnd)
        {
            into.HasSeen = Has(flags, TrackingBinary.Seen);
            into.SeenRtp = into.HasSeen ? LittleEndian.ReadUInt32(bytes, partsEnd) : 0;
            into.Stream = (ushort)LittleEndian.ReadUInt16(bytes, 4);
            into.Sequence = LittleEndian.ReadUInt32(bytes, 8);
            into.ClientTimeMs = LittleEndian.ReadDouble(bytes, 16);
            into.Confidence = flags & TrackingBinary.HighConfidence;
        }

        private static void ReadPose(byte[] bytes, int at, TrackingFrame into, int bone)
        {
            double scale = 1 / Math.Sqrt(SquareAt(bytes, at + 12));
            for (int part = 0; part < 3; part++) into.Positions[bone * 3 + part] = LittleEndian.ReadSingle(bytes, at + part * 4);
            for (int part = 0; part < 4; part++)
                into.Rotations[bone * 4 + part] = (float)(LittleEndian.ReadSingle(bytes, at + 12 + part * 4) * scale);
            into.Valid[bone] = true;
        }

        private static void ReadVelocity(byte[] bytes, int at, TrackingFrame into, int bone)
        {
            into.HasVelocity = true;
            for (int part = 0; part < 3; part++)
            {
                into.LinearVelocities[bone * 3 + part] = LittleEndian.ReadSingle(bytes, at + part * 4);
                into.AngularVelocities[bone * 3 + part] = LittleEndian.ReadSingle(bytes, at + 12 + part * 4);
            }
        }

        private static void ReadQuantisedPose(byte[] bytes, int originAt, int at, TrackingFrame into, int bone)
        {
            for (int part = 0; part < 3; part++)
            {
                double origin = LittleEndian.ReadSingle(bytes, originAt + part * 4);
                into.Positions[bone * 3 + part] = (float)(origin + LittleEndian.ReadInt16(bytes, at + part * 2) / TrackingBinary.PositionSteps);
            }
            double a = SmallPart(bytes, at + 6), b = SmallPart(bytes, at + 8), c = SmallPart(bytes, at + 10);
            double largestPart = Math.Sqrt(1 - a * a - b * b - c * c);
            int largest = (LittleEndian.ReadUInt16(bytes, at + 6) >> 15) | ((LittleEndian.ReadUInt16(bytes, at + 8) >> 15) << 1);
            int to = bone * 4;
            into.Rotations[to] = (float)(largest == 0 ? largestPart : a);
            into.Rotations[to + 1] = (float)(largest == 1 ? largestPart : largest == 0 ? a : b);
            into.Rotations[to + 2] = (float)(largest == 2 ? largestPart : largest == 3 ? c : b);
            into.Rotations[to + 3] = (float)(largest == 3 ? largestPart : c);
            into.Valid[bone] = true;
        }

        private static void ReadQuantisedVelocity(byte[] bytes, int at, TrackingFrame into, int bone)
        {
            for (int part = 0; part < 3; part++)
            {
                into.LinearVelocities[bone * 3 + part] = (float)(LittleEndian.ReadInt16(bytes, at + part * 2) / TrackingBinary.VelocitySteps);
                into.AngularVelocities[bone * 3 + part] = (float)(LittleEndian.ReadInt16(bytes, at + 6 + part * 2) / TrackingBinary.AngularSteps);
            }
        }

        private static double SmallPart(byte[] bytes, int at)
        {
            return ((LittleEndian.ReadUInt16(bytes, at) & TrackingBinary.FifteenBits) - TrackingBinary.RotationZero) * TrackingBinary.RotationStep;
        }
    }
}
