using System;
using System.Collections.Generic;

namespace Panogaze
{
    /// <summary>The lens that a picture was drawn through. Pictures through the last two can't be shown in another direction.</summary>
    public enum PictureLens
    {
        Flat,
        Pannini,
        LittlePlanet,
        /// <summary>A flat view, squeezed towards its edges.</summary>
        Foveated,
        Custom,
        None,
    }

    /// <summary>The camera of an eye: the sides of its picture, tangents of the angles from straight ahead, positive outward.</summary>
    public struct EyeFrustum
    {
        public double Left, Right, Up, Down;
        /// <summary>Turns the eye's axes into the head's, in world axes. 0 0 0 1: it is not turned.</summary>
        public double Qx, Qy, Qz, Qw;

        /// <summary>The server's bounds: 85 degrees to a side, and the least distance between opposite ones.</summary>
        internal const double MaxTangent = 11.43, LeastSpan = 0.1;

        /// <summary>The camera of a projection matrix, by its elements of rows 0 and 1, and a margin around it.</summary>
        /// <param name="scale">Its sides are this many times as far from straight ahead; a side beyond straight ahead stays, which would lose by it.</param>
        /// <returns>false if the matrix is no such camera's, as before a headset has begun.</returns>
        public static bool TryFrom(double m00, double m02, double m11, double m12, double scale, out EyeFrustum frustum)
        {
            frustum = new EyeFrustum
            {
                Left = Widened((1 - m02) / m00, scale),
                Right = Widened((1 + m02) / m00, scale),
                Up = Widened((1 + m12) / m11, scale),
                Down = Widened((1 - m12) / m11, scale),
                Qw = 1,
            };
            // Comparisons with NaN are false.
            return frustum.Left + frustum.Right >= LeastSpan && frustum.Up + frustum.Down >= LeastSpan;
        }

        /// <summary>True if the sides are the same to less than a pixel.</summary>
        public bool IsLike(EyeFrustum other)
        {
            return IsNear(Left, other.Left) && IsNear(Right, other.Right) && IsNear(Up, other.Up) && IsNear(Down, other.Down);
        }

        private static double Widened(double tangent, double scale)
        {
            return Math.Max(-MaxTangent, Math.Min(MaxTangent, tangent > 0 ? tangent * scale : tangent));
        }

        private static bool IsNear(double a, double b)
        {
            return Math.Abs(a - b) < 1e-4;
        }
    }

    /// <summary>The squeeze of a foveated picture, of each axis by itself: across to the right, down downward.</summary>
    public struct Foveation
    {
        /// <summary>The place that is sharp, tangents.</summary>
        public double GazeAcross, GazeDown;
        /// <summary>0: that axis is not squeezed.</summary>
        public double StrengthAcross, StrengthDown;
    }

    /// <summary>The small picture of the whole sphere in the lowest rows of a picture.</summary>
    public struct SurroundSize
    {
        /// <summary>Pixels. Height 0: the picture has none.</summary>
        public int Width, Height;
        /// <summary>Tiles of each face of its cube.</summary>
        public int Cuts;
        /// <summary>Rows between it and the views.</summary>
        public int Gap;
    }

    /// <summary>What the server says of a picture: what it was drawn with.</summary>
    public struct FrameMessage
    {
        /// <summary>The bounds of a frustum with room for rounding.</summary>
        private const double MaxTangent = EyeFrustum.MaxTangent + 0.01, LeastSpan = EyeFrustum.LeastSpan - 1e-4;
        private const double MaxStrength = 1000;
        private const int MaxSide = 16384;

        /// <summary>The picture's RTP time stamp.</summary>
        public uint Rtp;
        /// <summary>Sequence number of the newest head pose that it was drawn with; 0 before the first.</summary>
        public uint PoseSequence;
        /// <summary>worldFromView: x y z w in world axes, recentring included.</summary>
        public float Qx, Qy, Qz, Qw;
        /// <summary>Horizontal field of view, degrees.</summary>
        public float FovDeg;
        /// <summary>1, or 2: the left eye's picture is on top, the right eye's below it.</summary>
        public int Eyes;
        public PictureLens Lens;
        /// <summary>The eyes' sides do not follow from FovDeg and square pixels: LeftEye and RightEye have them.</summary>
        public bool HasFrusta;
        /// <summary>Of a picture with one eye, both are the same.</summary>
        public EyeFrustum LeftEye, RightEye;
        public Foveation Foveation;
        public SurroundSize Surround;

        /// <returns>false if a text of the frames channel is another message, or none.</returns>
        public static bool TryParse(string text, out FrameMessage message)
        {
            message = new FrameMessage();
            Dictionary<string, object> fields = Json.ParseObject(text);
            if (Json.GetText(fields, "type") != "frame") return false;
            double rtp = Json.GetNumber(fields, "rtp");
            double pose = Json.GetNumber(fields, "pose");
            double fov = Json.GetNumber(fields, "fov");
            List<object> q = Json.GetList(fields, "q");
            // Comparisons with NaN are false.
            if (!(rtp >= 0 && rtp <= uint.MaxValue && fov > 0 && fov < 180) || q == null || q.Count != 4) return false;
            foreach (object part in q)
            {
                if (!(part is double)) return false;
            }
            message.Rtp = (uint)rtp;
            message.PoseSequence = pose >= 0 && pose <= uint.MaxValue ? (uint)pose : 0;
            message.Qx = (float)(double)q[0];
            message.Qy = (float)(double)q[1];
            message.Qz = (float)(double)q[2];
            message.Qw = (float)(double)q[3];
            message.FovDeg = (float)fov;
            message.Eyes = Json.GetNumber(fields, "eyes") == 2 ? 2 : 1;
            message.Lens = LensOf(Json.GetText(fields, "lens"));
            return ReadFrusta(fields, ref message) && ReadFoveation(fields, ref message.Foveation) && ReadSurround(fields, ref message.Surround);
        }

        private static PictureLens LensOf(string name)
        {
            switch (name)
            {
                case null:
                case "flat": return PictureLens.Flat;
                case "pannini": return PictureLens.Pannini;
                case "little-planet": return PictureLens.LittlePlanet;
                case "foveated": return PictureLens.Foveated;
                case "none": return PictureLens.None;
                default: return PictureLens.Custom;
            }
        }

        private static bool ReadFrusta(Dictionary<string, object> fields, ref FrameMessage message)
        {
            if (!fields.ContainsKey("frusta")) return true;
            List<object> frusta = Json.GetList(fields, "frusta");
            if (frusta == null || frusta.Count != message.Eyes) return false;
            message.HasFrusta = true;
            return ReadFrustum(frusta[0] as Dictionary<string, object>, ref message.LeftEye)
                && ReadFrustum(frusta[message.Eyes - 1] as Dictionary<string, object>, ref message.RightEye);
        }

        private static bool ReadFrustum(Dictionary<string, object> fields, ref EyeFrustum frustum)
        {
            if (fields == null) return false;
            frustum.Left = Json.GetNumber(fields, "left");
            frustum.Right = Json.GetNumber(fields, "right");
            frustum.Up = Json.GetNumber(fields, "up");
            frustum.Down = Json.GetNumber(fields, "down");
            frustum.Qw = 1;
            if (!(IsWithin(frustum.Left, MaxTangent) && IsWithin(frustum.Right, MaxTangent) && IsWithin(frustum.Up, MaxTangent)
                && IsWithin(frustum.Down, MaxTangent) && frustum.Left + frustum.Right >= LeastSpan && frustum.Up + frustum.Down >= LeastSpan)) return false;
            if (!fields.ContainsKey("q")) return true;
            double[] q = Numbers(fields, "q", 4);
            double length = q == null ? 0 : Math.Sqrt(q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3]);
            if (!(length > 0.9 && length < 1.1)) return false;
            frustum.Qx = q[0] / length;
            frustum.Qy = q[1] / length;
            frustum.Qz = q[2] / length;
            frustum.Qw = q[3] / length;
            return true;
        }

        private static bool ReadFoveation(Dictionary<string, object> fields, ref Foveation foveation)
        {
            if (!fields.ContainsKey("foveation")) return true;
            Dictionary<string, object> squeeze = Json.GetObject(fields, "foveation");
            double[] gaze = Numbers(squeeze, "gaze", 2), strength = Numbers(squeeze, "strength", 2);
            if (gaze == null || strength == null) return false;
            foveation.GazeAcross = gaze[0];
            foveation.GazeDown = gaze[1];
            foveation.StrengthAcross = strength[0];
            foveation.StrengthDown = strength[1];
            return IsWithin(gaze[0], MaxTangent) && IsWithin(gaze[1], MaxTangent) && strength[0] >= 0 && strength[0] <= MaxStrength && strength[1] >= 0
                && strength[1] <= MaxStrength;
        }

        private static bool ReadSurround(Dictionary<string, object> fields, ref SurroundSize surround)
        {
            if (!fields.ContainsKey("surround")) return true;
            Dictionary<string, object> rows = Json.GetObject(fields, "surround");
            double width = Json.GetNumber(rows, "width"), height = Json.GetNumber(rows, "height"), cuts = Json.GetNumber(rows, "cuts"), gap = Json.GetNumber(rows, "gap");
            if (!(width >= 1 && width <= MaxSide && height >= 8 && height <= MaxSide && cuts >= 1 && cuts <= 4 && gap >= 0 && gap <= 15)) return false;
            surround.Width = (int)width;
            surround.Height = (int)height;
            surround.Cuts = (int)cuts;
            surround.Gap = (int)gap;
            return true;
        }

        private static bool IsWithin(double value, double most)
        {
            return value >= -most && value <= most;
        }

        /// <summary>Null if there are not so many numbers.</summary>
        private static double[] Numbers(Dictionary<string, object> fields, string name, int count)
        {
            List<object> list = Json.GetList(fields, name);
            if (list == null || list.Count != count) return null;
            var numbers = new double[count];
            for (int index = 0; index < count; index++)
            {
                if (!(list[index] is double)) return null;
                numbers[index] = (double)list[index];
            }
            return numbers;
        }
    }

    /// <summary>The last messages of the frames channel, to be found by the time stamp of the picture that is shown.</summary>
    public sealed class FrameHistory
    {
        /// <summary>A second of pictures at 60 Hz, and some.</summary>
        private const int Remembered = 64;

        private readonly FrameMessage[] _messages = new FrameMessage[Remembered];
        private int _count;
        private int _next;

        public void Add(FrameMessage message)
        {
            _messages[_next] = message;
            _next = (_next + 1) % Remembered;
            if (_count < Remembered) _count++;
        }

        public void Clear()
        {
            _count = 0;
            _next = 0;
        }

        /// <summary>The message of a picture.</summary>
        public bool TryFind(uint rtp, out FrameMessage message)
        {
            for (int back = 1; back <= _count; back++)
            {
                message = _messages[(_next - back + Remembered) % Remembered];
                if (message.Rtp == rtp) return true;
            }
            message = new FrameMessage();
            return false;
        }

        /// <summary>The newest message, by its time stamp: they come in any order.</summary>
        public bool TryNewest(out FrameMessage message)
        {
            message = new FrameMessage();
            for (int back = 1; back <= _count; back++)
            {
                FrameMessage candidate = _messages[(_next - back + Remembered) % Remembered];
                if (back == 1 || (int)(candidate.Rtp - message.Rtp) > 0) message = candidate;
            }
            return _count > 0;
        }
    }
}
