using System.Collections.Generic;

namespace Panogaze
{
    /// <summary>What the server says of a picture: what it was drawn with.</summary>
    public struct FrameMessage
    {
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
            return true;
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
