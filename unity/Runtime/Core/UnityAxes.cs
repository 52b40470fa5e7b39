using System;

namespace Panogaze
{
    /// <summary>
    /// Between Unity's axes (left-handed, +X right, +Y up, +Z forward) and those of the world (right-handed, -Z forward, as OpenXR and WebXR): positions
    /// (x, y, -z), rotations (-x, -y, z, w). The same rule leads back, and it holds for poses in the world and for poses relative to a parent.
    /// </summary>
    public static class UnityAxes
    {
        /// <summary>Says where a bone is, from a pose in Unity's axes.</summary>
        public static void SetBone(TrackingFrame frame, int bone, float px, float py, float pz, float qx, float qy, float qz, float qw)
        {
            frame.SetBone(bone, px, py, -pz, -qx, -qy, qz, qw);
        }

        /// <summary>How a bone moves, from velocities in Unity's axes: metres a second, and radians a second about its axes.</summary>
        public static void SetVelocity(TrackingFrame frame, int bone, float vx, float vy, float vz, float wx, float wy, float wz)
        {
            frame.SetVelocity(bone, vx, vy, -vz, -wx, -wy, wz);
        }

        /// <summary>
        /// Unity's Euler angles of a world rotation, each within [0, 360): what Transform.eulerAngles shows. Unity turns about z, then x, then y.
        /// </summary>
        public static void EulerAnglesFromWorld(double qx, double qy, double qz, double qw, out double xDeg, out double yDeg, out double zDeg)
        {
            double x = -qx, y = -qy, z = qz, w = qw;
            double sinX = Math.Max(-1, Math.Min(1, 2 * (w * x - y * z)));
            xDeg = Turn(Math.Asin(sinX));
            if (Math.Abs(sinX) > 1 - 1e-9)
            {
                // Straight up or down y and z are one turn: all of it is given to y.
                yDeg = Turn(Math.Atan2(-2 * (x * z - w * y), 1 - 2 * (y * y + z * z)));
                zDeg = 0;
                return;
            }
            yDeg = Turn(Math.Atan2(2 * (x * z + w * y), 1 - 2 * (x * x + y * y)));
            zDeg = Turn(Math.Atan2(2 * (x * y + w * z), 1 - 2 * (x * x + z * z)));
        }

        private static double Turn(double rad)
        {
            double deg = rad * (180 / Math.PI);
            return deg < 0 ? deg + 360 : deg;
        }
    }
}
