namespace Panogaze
{
    /// <summary>
    /// Meta's skeletons. What its plugin reports is in OpenXR's axes, which are the world's: bodies and OpenXR hands come with every joint in the tracking
    /// space and are copied as they are. (The Transforms that OVRSkeleton makes of them mean three different things: a body's are all children of one
    /// object, an OpenXR hand's are nested, and those of the first hands are nested, flipped about X and turned about Y. Nothing of that is needed here.)
    /// </summary>
    public static class OvrSkeletons
    {
        /// <summary>The skeleton of a number that OVRSkeleton.SkeletonType has; None for those of later versions.</summary>
        public static SkeletonType FromNumber(int number)
        {
            return number >= 0 && number <= 5 ? (SkeletonType)number : SkeletonType.None;
        }
    }

    /// <summary>
    /// Meta's first hands (HandLeft, HandRight), whose state has the rotation of each bone relative to its parent, the pose of the hand and its scale. The
    /// bones' places come from the rest pose. All in OpenXR's axes.
    /// </summary>
    public sealed class LegacyHandPose
    {
        public const int BoneCount = 24;

        private readonly int[] _parents = new int[BoneCount];
        private readonly double[] _rest = new double[BoneCount * 3];
        private readonly double[] _poses = new double[BoneCount * 7];

        public LegacyHandPose()
        {
            for (int bone = 0; bone < BoneCount; bone++) _parents[bone] = Skeleton.Of(SkeletonType.HandLeft).ParentOf(bone);
        }

        /// <summary>Where a bone is when the hand rests, relative to its parent, from the localPosition of its Transform in OVRSkeleton.BindPoses.</summary>
        /// <param name="parent">-1 for the wrist. A parent has a lower id than its children.</param>
        public void SetRest(int bone, int parent, float unityX, float unityY, float unityZ)
        {
            // OVRSkeleton flips these hands about X, not about Z.
            _parents[bone] = parent < bone ? parent : -1;
            _rest[bone * 3] = -unityX;
            _rest[bone * 3 + 1] = unityY;
            _rest[bone * 3 + 2] = unityZ;
        }

        /// <summary>The pose of the hand in the tracking space.</summary>
        public void SetRoot(float px, float py, float pz, float qx, float qy, float qz, float qw)
        {
            _rootX = px;
            _rootY = py;
            _rootZ = pz;
            _rootQx = qx;
            _rootQy = qy;
            _rootQz = qz;
            _rootQw = qw;
        }

        private double _rootX, _rootY, _rootZ, _rootQx, _rootQy, _rootQz;
        private double _rootQw = 1;

        /// <summary>The rotation of a bone relative to its parent. Bones from the lowest id on.</summary>
        public void Place(TrackingFrame frame, int bone, float scale, float qx, float qy, float qz, float qw)
        {
            int parent = _parents[bone];
            double px = _rootX, py = _rootY, pz = _rootZ;
            double rx = _rootQx, ry = _rootQy, rz = _rootQz, rw = _rootQw;
            if (parent != -1)
            {
                int p = parent * 7;
                px = _poses[p];
                py = _poses[p + 1];
                pz = _poses[p + 2];
                rx = _poses[p + 3];
                ry = _poses[p + 4];
                rz = _poses[p + 5];
                rw = _poses[p + 6];
            }
            double x = _rest[bone * 3] * scale, y = _rest[bone * 3 + 1] * scale, z = _rest[bone * 3 + 2] * scale;
            SkeletonSpace.Rotate(rx, ry, rz, rw, ref x, ref y, ref z);
            double bx = qx, by = qy, bz = qz, bw = qw;
            SkeletonSpace.Multiply(rx, ry, rz, rw, ref bx, ref by, ref bz, ref bw);
            int b = bone * 7;
            _poses[b] = px + x;
            _poses[b + 1] = py + y;
            _poses[b + 2] = pz + z;
            _poses[b + 3] = bx;
            _poses[b + 4] = by;
            _poses[b + 5] = bz;
            _poses[b + 6] = bw;
            frame.SetBone(bone, (float)_poses[b], (float)_poses[b + 1], (float)_poses[b + 2], (float)bx, (float)by, (float)bz, (float)bw);
        }
    }
}
