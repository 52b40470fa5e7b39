using System;
using System.Collections.Generic;

namespace Panogaze
{
    /// <summary>How strongly each part of one hand is touched, 0 to 1.</summary>
    public struct HandTouch
    {
        public float Thumb;
        public float Index;
        public float Middle;
        public float Ring;
        public float Little;
        public float Palm;

        /// <summary>The strongest touch: what a controller with one motor plays.</summary>
        public float Strongest
        {
            get { return Math.Max(Math.Max(Math.Max(Thumb, Index), Math.Max(Middle, Ring)), Math.Max(Little, Palm)); }
        }
    }

    /// <summary>A message of the haptics channel.</summary>
    public struct HapticsMessage
    {
        /// <summary>Seconds, on a clock of the application's choice.</summary>
        public double TimestampSec;
        public HandTouch Left;
        public HandTouch Right;

        /// <summary>Reads a text of the channel. What is missing or no number is 0, so that a failing sensor never holds a motor on.</summary>
        /// <returns>false if it is another message, or none.</returns>
        public static bool TryParse(string text, out HapticsMessage message)
        {
            message = new HapticsMessage();
            Dictionary<string, object> fields = Json.ParseObject(text);
            if (Json.GetText(fields, "type") != "haptics") return false;
            double timestamp = Json.GetNumber(fields, "timestamp");
            message.TimestampSec = double.IsNaN(timestamp) ? 0 : timestamp;
            message.Left = TouchFrom(Json.GetObject(fields, "left"));
            message.Right = TouchFrom(Json.GetObject(fields, "right"));
            return true;
        }

        private static HandTouch TouchFrom(Dictionary<string, object> hand)
        {
            return new HandTouch
            {
                Thumb = Strength(hand, "thumb"),
                Index = Strength(hand, "index"),
                Middle = Strength(hand, "middle"),
                Ring = Strength(hand, "ring"),
                Little = Strength(hand, "little"),
                Palm = Strength(hand, "palm"),
            };
        }

        private static float Strength(Dictionary<string, object> hand, string part)
        {
            double value = Json.GetNumber(hand, part);
            return double.IsNaN(value) ? 0 : (float)Math.Min(1, Math.Max(0, value));
        }
    }

    /// <summary>What is to be felt now: the last message, for a second after it came.</summary>
    public sealed class HapticsHold
    {
        public const double HoldMs = 1000;

        private HapticsMessage _message;
        private double _heardAtMs = double.NegativeInfinity;

        public void Put(HapticsMessage message, double nowMs)
        {
            _message = message;
            _heardAtMs = nowMs;
        }

        /// <summary>How strongly a hand is touched, 0 to 1.</summary>
        public float StrengthOf(Hand hand, double nowMs)
        {
            if (nowMs - _heardAtMs >= HoldMs) return 0;
            return hand == Hand.Left ? _message.Left.Strongest : hand == Hand.Right ? _message.Right.Strongest : 0;
        }
    }
}
