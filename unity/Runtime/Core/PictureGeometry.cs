using System;

namespace Panogaze
{
    /// <summary>
    /// Where one eye's view lies in a picture, and what the shader PanogazePicture.cginc needs to find it: the numbers of its vectors, four each. Directions are in
    /// world axes (+X right, +Y up, -Z forward), places are pixels from the picture's upper left corner.
    /// </summary>
    public struct PictureGeometry
    {
        /// <summary>Pixels around each tile of a surround that continue it.</summary>
        private const int Padding = 2;
        private const int MaxFace = 288;

        /// <summary>Quaternion that turns the picture's axes, those of its head, into the eye's.</summary>
        public Vector4Numbers EyeFromPicture;
        /// <summary>Quaternion that turns the picture's axes into the server's world.</summary>
        public Vector4Numbers WorldFromPicture;
        /// <summary>The left and the upper edge, squeezed, and the extent to the right and downward.</summary>
        public Vector4Numbers Span;
        /// <summary>The view's rows as shares of the picture's: first edge, extent, middle of the first and of the last row.</summary>
        public Vector4Numbers Rows;
        /// <summary>The gaze across and down, and the strength of each axis.</summary>
        public Vector4Numbers Foveation;
        /// <summary>Size of a tile of the surround, tiles of a face (0: there is no surround), the surround's first row.</summary>
        public Vector4Numbers Tile;
        /// <summary>Width and height of the picture.</summary>
        public Vector4Numbers Size;

        /// <param name="rightEye">Of a picture with two eyes the right one's part, else that of the left one.</param>
        /// <param name="width">Of the whole picture, pixels.</param>
        public static PictureGeometry From(FrameMessage message, bool rightEye, int width, int height)
        {
            SurroundSize surround = message.Surround;
            double rows = (height - (surround.Height > 0 ? surround.Height + surround.Gap : 0)) / (double)message.Eyes;
            double first = rightEye && message.Eyes == 2 ? rows : 0;
            EyeFrustum sides = rightEye ? message.RightEye : message.LeftEye;
            if (!message.HasFrusta)
            {
                double half = Math.Tan(message.FovDeg * (Math.PI / 360));
                sides = new EyeFrustum { Left = half, Right = half, Up = half * rows / width, Down = half * rows / width, Qw = 1 };
            }
            Foveation f = message.Foveation;
            double across = Squeezed(-sides.Left - f.GazeAcross, f.StrengthAcross), down = Squeezed(-sides.Up - f.GazeDown, f.StrengthDown);
            int count = 6 * surround.Cuts;
            return new PictureGeometry
            {
                EyeFromPicture = new Vector4Numbers(-sides.Qx, -sides.Qy, -sides.Qz, sides.Qw),
                WorldFromPicture = new Vector4Numbers(message.Qx, message.Qy, message.Qz, message.Qw),
                Span = new Vector4Numbers(across, down, Squeezed(sides.Right - f.GazeAcross, f.StrengthAcross) - across,
                    Squeezed(sides.Down - f.GazeDown, f.StrengthDown) - down),
                Rows = new Vector4Numbers(first / height, rows / height, (first + 0.5) / height, (first + rows - 0.5) / height),
                Foveation = new Vector4Numbers(f.GazeAcross, f.GazeDown, f.StrengthAcross, f.StrengthDown),
                Tile = count == 0
                    ? new Vector4Numbers(0, 0, 0, height)
                    : new Vector4Numbers(Math.Min(MaxFace, 2 * (surround.Width / (2 * count))), surround.Height, surround.Cuts, height - surround.Height),
                Size = new Vector4Numbers(width, height, 0, 0),
            };
        }

        /// <summary>The place that shows a direction of the eye's own axes; also beyond the view's edges.</summary>
        /// <returns>false for what lies behind.</returns>
        public bool TryPlace(double x, double y, double z, out double column, out double row)
        {
            column = row = double.NaN;
            if (!(z < 0)) return false;
            double across = Squeezed(-x / z - Foveation.X, Foveation.Z), down = Squeezed(y / z - Foveation.Y, Foveation.W);
            column = Size.X * (across - Span.X) / Span.Z;
            row = Size.Y * (Rows.X + Rows.Y * (down - Span.Y) / Span.W);
            return true;
        }

        /// <summary>The place in the surround that shows a direction of the world.</summary>
        /// <returns>false if the picture has none.</returns>
        public bool TrySurround(double x, double y, double z, out double column, out double row)
        {
            column = row = double.NaN;
            if (!(Tile.Z > 0)) return false;
            double ax = Math.Abs(x), ay = Math.Abs(y), az = Math.Abs(z);
            int face;
            double right, down, forward;
            if (ax >= ay && ax >= az)
            {
                face = x > 0 ? 1 : 3;
                right = x > 0 ? z : -z;
                down = -y;
                forward = ax;
            }
            else if (ay >= az)
            {
                face = y > 0 ? 4 : 5;
                right = x;
                down = y > 0 ? -z : z;
                forward = ay;
            }
            else
            {
                face = z < 0 ? 0 : 2;
                right = z < 0 ? x : -x;
                down = -y;
                forward = az;
            }
            double below = Tile.Z * (0.5 + Math.Atan(down / forward) * 2 / Math.PI);
            double cut = Math.Min(Tile.Z - 1, Math.Floor(below));
            column = (face * Tile.Z + cut) * Tile.X + Padding + (0.5 + Math.Atan(right / forward) * 2 / Math.PI) * (Tile.X - 2 * Padding);
            row = Tile.W + Padding + (below - cut) * (Tile.Y - 2 * Padding);
            return true;
        }

        /// <summary>The distance in the picture at which a distance from the gaze is drawn (docs/protocol.md, "The foveated lens").</summary>
        private static double Squeezed(double distance, double strength)
        {
            double power = Math.Pow(strength * distance, 4);
            if (power < 1e-7) return distance;
            // Mono has no Math.Asinh.
            return Math.Sign(distance) * Math.Sqrt(Math.Sqrt(Math.Log(power + Math.Sqrt(power * power + 1)))) / strength;
        }
    }

    /// <summary>Four numbers, as a shader takes them.</summary>
    public struct Vector4Numbers
    {
        public readonly double X, Y, Z, W;

        public Vector4Numbers(double x, double y, double z, double w)
        {
            X = x;
            Y = y;
            Z = z;
            W = w;
        }
    }
}
