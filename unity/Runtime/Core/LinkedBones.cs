using System;

namespace Panogaze
{
    /// <summary>
    /// What one end remembers of one stream of linked skeletons: from which bone each hangs, and where. Bones of a body keep their distance from the bone
    /// that they hang on: what is sent of most is how they are turned, and where they are follows. Changes with each message that was sent or understood.
    /// </summary>
    internal sealed class BoneLinks
    {
        public const int RotationBytes = 5;
        public const int OffsetBytes = 6;
        /// <summary>In the fifth byte of a bone: its offset follows.</summary>
        public const int HasOffset = 0x40;
        /// <summary>Steps of an offset: 0.1 mm.</summary>
        public const double OffsetSteps = 10000;
        /// <summary>Hangs on the message's origin.</summary>
        public const sbyte Origin = -1;

        private const sbyte Unknown = -2;
        /// <summary>The three smallest parts of a quaternion in 12 bits each: 2047 steps either side of 0, right to 0.05 degrees.</summary>
        internal const int PartZero = 2047;
        internal const double PartStep = 0.70710678118654757 / PartZero;
        private const uint TwelveBits = 0xfff;
        /// <summary>As MaxSquares of the quantised form, with steps that are eight times as long.</summary>
        private const double MaxSquares = 0.7506;

        /// <summary>Steps of 0.1 mm, x y z of each bone, in the axes of the bone it hangs on.</summary>
        public readonly short[] Offsets = new short[TrackingFrame.MaxBones * 3];
        /// <summary>The bone that each hangs on.</summary>
        public readonly sbyte[] Bases = new sbyte[TrackingFrame.MaxBones];
        /// <summary>The bone whose turn it is to be sent anyway.</summary>
        public int Turn;
        /// <summary>Messages since the beginning, as far as it matters.</summary>
        public int Count;

        private SkeletonType _skeleton = SkeletonType.None;
        private bool _parentSpace;

        public BoneLinks()
        {
            Forget();
        }

        /// <summary>Another skeleton, or another space, is another set of bones.</summary>
        public void Begin(SkeletonType skeleton, bool parentSpace)
        {
            if (skeleton == _skeleton && parentSpace == _parentSpace) return;
            Forget();
            _skeleton = skeleton;
            _parentSpace = parentSpace;
        }

        public void Forget()
        {
            for (int bone = 0; bone < Bases.Length; bone++) Bases[bone] = Unknown;
            Turn = 0;
            Count = 0;
        }

        /// <summary>The nearest tracked ancestor; Origin if there is none, or if poses are relative to parents already.</summary>
        public static int BaseOf(int bone, Skeleton skeleton, bool[] tracked, bool parentSpace)
        {
            if (parentSpace) return Origin;
            int ancestor = skeleton.ParentOf(bone);
            while (ancestor >= 0 && !tracked[ancestor]) ancestor = skeleton.ParentOf(ancestor);
            return ancestor;
        }

        /// <summary>Where a bone is, by its offset and the bone it hangs on, which was placed before.</summary>
        /// <returns>false when that is not known.</returns>
        public bool TryPlace(int bone, int ancestor, float[] origin, float[] positions, float[] rotations, bool[] placed)
        {
            if (Bases[bone] != ancestor || (ancestor != Origin && !placed[ancestor])) return false;
            int at = bone * 3;
            double x = Offsets[at] / OffsetSteps, y = Offsets[at + 1] / OffsetSteps, z = Offsets[at + 2] / OffsetSteps;
            if (ancestor == Origin)
            {
                positions[at] = (float)(origin[0] + x);
                positions[at + 1] = (float)(origin[1] + y);
                positions[at + 2] = (float)(origin[2] + z);
                return true;
            }
            double qx = rotations[ancestor * 4], qy = rotations[ancestor * 4 + 1], qz = rotations[ancestor * 4 + 2], qw = rotations[ancestor * 4 + 3];
            double tx = 2 * (qy * z - qz * y), ty = 2 * (qz * x - qx * z), tz = 2 * (qx * y - qy * x);
            positions[at] = (float)(positions[ancestor * 3] + x + qw * tx + qy * tz - qz * ty);
            positions[at + 1] = (float)(positions[ancestor * 3 + 1] + y + qw * ty + qz * tx - qx * tz);
            positions[at + 2] = (float)(positions[ancestor * 3 + 2] + z + qw * tz + qx * ty - qy * tx);
            return true;
        }

        /// <summary>Whether three parts of 12 bits leave something for the fourth, which is the largest.</summary>
        public static bool IsRotation(uint low, int high)
        {
            double a = FirstPart(low), b = SecondPart(low), c = ThirdPart(low, high);
            return a * a + b * b + c * c <= MaxSquares;
        }

        /// <summary>Reads 38 bits: three parts of 12 and the place of the fourth.</summary>
        public static void Unpack(uint low, int high, float[] rotations, int bone)
        {
            double a = FirstPart(low), b = SecondPart(low), c = ThirdPart(low, high);
            double rest = Math.Sqrt(1 - a * a - b * b - c * c);
            int largest = (high >> 4) & 3;
            int to = bone * 4;
            rotations[to] = (float)(largest == 0 ? rest : a);
            rotations[to + 1] = (float)(largest == 1 ? rest : largest == 0 ? a : b);
            rotations[to + 2] = (float)(largest == 2 ? rest : largest == 3 ? c : b);
            rotations[to + 3] = (float)(largest == 3 ? rest : c);
        }

        private static double FirstPart(uint low)
        {
            return ((int)(low & TwelveBits) - PartZero) * PartStep;
        }

        private static double SecondPart(uint low)
        {
            return ((int)((low >> 12) & TwelveBits) - PartZero) * PartStep;
        }

        private static double ThirdPart(uint low, int high)
        {
            return ((int)(low >> 24) + ((high & 15) << 8) - PartZero) * PartStep;
        }
    }

    /// <summary>Works out what of a pose has to be sent. One for all streams of an encoder; nothing stays in it between calls.</summary>
    internal sealed class BoneLinker
    {
        /// <summary>A bone further than this from where the other end would put it gets its offset sent, metres.</summary>
        private const double Tolerance = 0.0005;
        /// <summary>Each message has the offsets of every tenth bone, in turn.</summary>
        private const int RefreshShare = 10;

        /// <summary>And the first messages have all of them: one of these is heard.</summary>
        private const int WholeMessages = 3;

        /// <summary>Whether each bone is sent at all, and whether its offset is.</summary>
        public readonly bool[] Tracked = new bool[TrackingFrame.MaxBones];
        public readonly bool[] WithOffset = new bool[TrackingFrame.MaxBones];
        /// <summary>Bits 0 to 31 and 32 to 37 of each bone's rotation.</summary>
        public readonly uint[] Low = new uint[TrackingFrame.MaxBones];
        public readonly byte[] High = new byte[TrackingFrame.MaxBones];
        public readonly float[] Origin = new float[3];

        // What the other end will have.
        private readonly float[] _rotations = new float[TrackingFrame.MaxBones * 4];
        private readonly float[] _positions = new float[TrackingFrame.MaxBones * 3];
        private readonly bool[] _placed = new bool[TrackingFrame.MaxBones];

        /// <param name="links">Become what the other end will remember.</param>
        /// <returns>false when an offset is longer than 3.27 m: nothing of the result is of use then.</returns>
        public bool Link(TrackingFrame frame, Skeleton skeleton, BoneLinks links)
        {
            int count = frame.BoneCount;
            links.Begin(frame.Skeleton, frame.ParentSpace);
            ChooseOrigin(frame);
            Array.Clear(_placed, 0, count);
            Array.Clear(WithOffset, 0, count);
            for (int bone = 0; bone < count; bone++)
            {
                if (Tracked[bone]) PackRotation(frame, bone);
            }
            TakeTurns(links, count);
            for (int index = 0; index < count; index++)
            {
                int bone = skeleton.ParentsFirst(index);
                if (!Tracked[bone]) continue;
                int ancestor = BoneLinks.BaseOf(bone, skeleton, Tracked, frame.ParentSpace);
                bool sent = WithOffset[bone];
                if (sent && !Measure(frame, bone, ancestor, links)) return false;
                if (TryPlace(frame, bone, ancestor, links)) continue;
                WithOffset[bone] = true;
                // The pose's own offset first: of a stiff bone it is the same in every pose, whatever rounding has done to this one.
                if (!sent && !Measure(frame, bone, ancestor, links)) return false;
                if (!TryPlace(frame, bone, ancestor, links) && !Fit(frame, bone, ancestor, links)) return false;
            }
            return true;
        }

        /// <summary>Poses relative to parents are measured from 0, where all but the root are the same in every message.</summary>
        private void ChooseOrigin(TrackingFrame frame)
        {
            Array.Clear(Origin, 0, 3);
            if (frame.ParentSpace) return;
            for (int bone = 0; bone < frame.BoneCount; bone++)
            {
                if (!Tracked[bone]) continue;
                Array.Copy(frame.Positions, bone * 3, Origin, 0, 3);
                return;
            }
        }

        private void TakeTurns(BoneLinks links, int count)
        {
            bool whole = links.Count < WholeMessages;
            if (whole) links.Count++;
            int due = whole ? count : (count + RefreshShare - 1) / RefreshShare;
            for (int step = 0; step < count && due > 0; step++)
            {
                int bone = links.Turn;
                links.Turn = (bone + 1) % count;
                if (!Tracked[bone]) continue;
                WithOffset[bone] = true;
                due--;
            }
        }

        private void PackRotation(TrackingFrame frame, int bone)
        {
            float[] rotations = frame.Rotations;
            int at = bone * 4;
            int largest = 0;
            for (int part = 1; part < 4; part++)
            {
                if (Math.Abs(rotations[at + part]) > Math.Abs(rotations[at + largest])) largest = part;
            }
            double scale = (rotations[at + largest] < 0 ? -1 : 1) / Math.Sqrt(frame.SquareOf(bone));
            uint low = 0;
            int high = largest << 4;
            int place = 0;
            for (int part = 0; part < 4; part++)
            {
                if (part == largest) continue;
                int steps = TrackingBinary.Nearest(rotations[at + part] * scale / BoneLinks.PartStep) + BoneLinks.PartZero;
                if (place < 2)
                {
                    low |= (uint)steps << (place * 12);
                }
                else
                {
                    low |= (uint)(steps & 255) << 24;
                    high |= steps >> 8;
                }
                place++;
            }
            Low[bone] = low;
            High[bone] = (byte)high;
            BoneLinks.Unpack(low, high, _rotations, bone);
        }

        /// <summary>Places a bone as the other end will.</summary>
        /// <returns>Whether it is near enough to where it is.</returns>
        private bool TryPlace(TrackingFrame frame, int bone, int ancestor, BoneLinks links)
        {
            if (!links.TryPlace(bone, ancestor, Origin, _positions, _rotations, _placed)) return false;
            _placed[bone] = true;
            double squares = 0;
            for (int part = 0; part < 3; part++)
            {
                double apart = (double)_positions[bone * 3 + part] - frame.Positions[bone * 3 + part];
                squares += apart * apart;
            }
            return squares <= Tolerance * Tolerance;
        }

        /// <summary>The offset that the pose itself has.</summary>
        private bool Measure(TrackingFrame frame, int bone, int ancestor, BoneLinks links)
        {
            return ancestor == BoneLinks.Origin
                ? SetOffset(links, bone, ancestor, frame.Positions, Origin, 0, frame.Rotations)
                : SetOffset(links, bone, ancestor, frame.Positions, frame.Positions, ancestor, frame.Rotations);
        }

        /// <summary>The offset with which the other end comes nearest, with all that rounding has done to the bones before.</summary>
        private bool Fit(TrackingFrame frame, int bone, int ancestor, BoneLinks links)
        {
            bool done = ancestor == BoneLinks.Origin
                ? SetOffset(links, bone, ancestor, frame.Positions, Origin, 0, _rotations)
                : SetOffset(links, bone, ancestor, frame.Positions, _positions, ancestor, _rotations);
            return done && links.TryPlace(bone, ancestor, Origin, _positions, _rotations, _placed);
        }

        /// <summary>The offset of a bone from a point, in the axes of its base.</summary>
        /// <returns>false when it is too long.</returns>
        private static bool SetOffset(BoneLinks links, int bone, int ancestor, float[] positions, float[] from, int fromIndex, float[] rotations)
        {
            double x = (double)positions[bone * 3] - from[fromIndex * 3];
            double y = (double)positions[bone * 3 + 1] - from[fromIndex * 3 + 1];
            double z = (double)positions[bone * 3 + 2] - from[fromIndex * 3 + 2];
            if (ancestor != BoneLinks.Origin)
            {
                // By the inverse rotation; devices' quaternions are not exactly of length 1.
                double qx = -rotations[ancestor * 4], qy = -rotations[ancestor * 4 + 1], qz = -rotations[ancestor * 4 + 2], qw = rotations[ancestor * 4 + 3];
                double scale = 2 / (qx * qx + qy * qy + qz * qz + qw * qw);
                double tx = scale * (qy * z - qz * y), ty = scale * (qz * x - qx * z), tz = scale * (qx * y - qy * x);
                x += qw * tx + qy * tz - qz * ty;
                y += qw * ty + qz * tx - qx * tz;
                z += qw * tz + qx * ty - qy * tx;
            }
            int at = bone * 3;
            if (!Store(links, at, x) || !Store(links, at + 1, y) || !Store(links, at + 2, z)) return false;
            links.Bases[bone] = (sbyte)ancestor;
            return true;
        }

        private static bool Store(BoneLinks links, int at, double metres)
        {
            double nearest = Math.Floor(metres * BoneLinks.OffsetSteps + 0.5);
            if (!(Math.Abs(nearest) <= short.MaxValue)) return false;
            links.Offsets[at] = (short)nearest;
            return true;
        }
    }
}
