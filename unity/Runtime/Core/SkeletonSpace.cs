namespace Panogaze
{
    /// <summary>From poses that are all in the tracking space to poses relative to parents, and back. In doubles, so that both ways end where they began.</summary>
    public sealed class SkeletonSpace
    {
        private readonly double[] _poses = new double[TrackingFrame.MaxBones * 7];
        private readonly byte[] _states = new byte[TrackingFrame.MaxBones];

        /// <summary>
        /// Makes each bone relative to its parent. A root stays in the tracking space. A bone whose parent is not tracked becomes untracked: nobody could
        /// say where it is.
        /// </summary>
        /// <param name="parents">The parent of each bone, -1 for none; null: those of the skeleton's table.</param>
        public void ToParent(TrackingFrame frame, int[] parents = null)
        {
            if (frame.ParentSpace) return;
            Load(frame);
            for (int bone = 0; bone < frame.BoneCount; bone++)
            {
                int parent = ParentOf(frame, parents, bone);
                if (parent == -1 || _states[bone] == 0) continue;
                if (_states[parent] == 0)
                {
                    frame.Valid[bone] = false;
                    continue;
                }
                int p = parent * 7, b = bone * 7;
                double x = _poses[b] - _poses[p], y = _poses[b + 1] - _poses[p + 1], z = _poses[b + 2] - _poses[p + 2];
                double ix = -_poses[p + 3], iy = -_poses[p + 4], iz = -_poses[p + 5], iw = _poses[p + 6];
                Rotate(ix, iy, iz, iw, ref x, ref y, ref z);
                double qx = _poses[b + 3], qy = _poses[b + 4], qz = _poses[b + 5], qw = _poses[b + 6];
                Multiply(ix, iy, iz, iw, ref qx, ref qy, ref qz, ref qw);
                frame.SetBone(bone, (float)x, (float)y, (float)z, (float)qx, (float)qy, (float)qz, (float)qw);
            }
            frame.ParentSpace = true;
        }

        /// <summary>Puts all bones into the tracking space. Bones that hang on an untracked one become untracked.</summary>
        /// <param name="parents">The parent of each bone, -1 for none; null: those of the skeleton's table.</param>
        public void ToTracking(TrackingFrame frame, int[] parents = null)
        {
            if (!frame.ParentSpace) return;
            Load(frame);
            for (int bone = 0; bone < frame.BoneCount; bone++)
            {
                frame.Valid[bone] = Place(frame, parents, bone, 0);
                if (!frame.Valid[bone]) continue;
                int b = bone * 7;
                frame.SetBone(bone, (float)_poses[b], (float)_poses[b + 1], (float)_poses[b + 2],
                    (float)_poses[b + 3], (float)_poses[b + 4], (float)_poses[b + 5], (float)_poses[b + 6]);
            }
            frame.ParentSpace = false;
        }

        /// <summary>0: not tracked, 1: relative to its parent, 2: placed. Parents may have higher ids than their children: palms come before wrists.</summary>
        private bool Place(TrackingFrame frame, int[] parents, int bone, int depth)
        {
            if (_states[bone] != 1) return _states[bone] == 2;
            int parent = ParentOf(frame, parents, bone);
            if (parent != -1)
            {
                if (depth > frame.BoneCount || !Place(frame, parents, parent, depth + 1))
                {
                    _states[bone] = 0;
                    return false;
                }
                int p = parent * 7, b = bone * 7;
                double px = _poses[p + 3], py = _poses[p + 4], pz = _poses[p + 5], pw = _poses[p + 6];
                Rotate(px, py, pz, pw, ref _poses[b], ref _poses[b + 1], ref _poses[b + 2]);
                for (int part = 0; part < 3; part++) _poses[b + part] += _poses[p + part];
                Multiply(px, py, pz, pw, ref _poses[b + 3], ref _poses[b + 4], ref _poses[b + 5], ref _poses[b + 6]);
            }
            _states[bone] = 2;
            return true;
        }

        private void Load(TrackingFrame frame)
        {
            for (int bone = 0; bone < frame.BoneCount; bone++)
            {
                _states[bone] = (byte)(frame.IsSendable(bone) ? 1 : 0);
                double scale = _states[bone] == 1 ? 1 / System.Math.Sqrt(frame.SquareOf(bone)) : 0;
                for (int part = 0; part < 3; part++) _poses[bone * 7 + part] = frame.Positions[bone * 3 + part];
                for (int part = 0; part < 4; part++) _poses[bone * 7 + 3 + part] = frame.Rotations[bone * 4 + part] * scale;
            }
        }

        private static int ParentOf(TrackingFrame frame, int[] parents, int bone)
        {
            if (parents != null) return bone < parents.Length && parents[bone] < frame.BoneCount ? parents[bone] : -1;
            Skeleton skeleton = Skeleton.Of(frame.Skeleton);
            return skeleton == null ? -1 : skeleton.ParentOf(bone);
        }

        /// <summary>Turns (x, y, z) by a unit quaternion: v + 2 q x (q x v + w v).</summary>
        internal static void Rotate(double qx, double qy, double qz, double qw, ref double x, ref double y, ref double z)
        {
            double tx = 2 * (qy * z - qz * y), ty = 2 * (qz * x - qx * z), tz = 2 * (qx * y - qy * x);
            double rx = x + qw * tx + (qy * tz - qz * ty);
            double ry = y + qw * ty + (qz * tx - qx * tz);
            double rz = z + qw * tz + (qx * ty - qy * tx);
            x = rx;
            y = ry;
            z = rz;
        }

        /// <summary>b becomes a * b.</summary>
        internal static void Multiply(double ax, double ay, double az, double aw, ref double bx, ref double by, ref double bz, ref double bw)
        {
            double x = aw * bx + ax * bw + ay * bz - az * by;
            double y = aw * by - ax * bz + ay * bw + az * bx;
            double z = aw * bz + ax * by - ay * bx + az * bw;
            double w = aw * bw - ax * bx - ay * by - az * bz;
            bx = x;
            by = y;
            bz = z;
            bw = w;
        }
    }
}
