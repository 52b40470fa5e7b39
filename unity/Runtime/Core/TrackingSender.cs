using System;

namespace Panogaze
{
    /// <summary>
    /// Holds the newest frame of each stream and says which is to be sent: what could not leave is replaced by what is newer. Nothing is handed to a channel
    /// that still holds a message, because what queues there is late before it leaves (SCTP's congestion control applies to unreliable channels too). The
    /// head goes first, but never twice while another stream waits.
    /// </summary>
    public sealed class TrackingSender
    {
        /// <summary>Streams that a server listens to.</summary>
        public const int MaxStreams = 16;
        /// <summary>A head that has not moved is said again after this long, so that the server knows that we live and a lost last pose is made good.</summary>
        public const double RepeatMs = 500;
        /// <summary>Messages that only a head may still use of what the server listens to.</summary>
        private const double HeadReserve = 8;

        private sealed class Slot
        {
            public readonly TrackingFrame Frame = new TrackingFrame();
            public bool Used;
            public bool Waiting;
            public uint Sequence;
            public double MinIntervalMs;
            public double SentAtMs = double.NegativeInfinity;
        }

        private readonly Slot[] _slots = new Slot[MaxStreams];
        private int _lastSent = -1;
        private double _maxHz = double.PositiveInfinity;
        private double _tokens = double.PositiveInfinity;
        private double _tokensAtMs = double.NaN;

        public TrackingSender()
        {
            for (int stream = 0; stream < MaxStreams; stream++) _slots[stream] = new Slot();
        }

        /// <summary>Messages that left.</summary>
        public long Sent { get; private set; }
        /// <summary>Frames that were replaced by a newer one before they could leave.</summary>
        public long Replaced { get; private set; }

        /// <summary>Messages a second of all streams together that the server listens to.</summary>
        public double MaxHz
        {
            get { return _maxHz; }
            set
            {
                _maxHz = value > 0 ? value : double.PositiveInfinity;
                _tokens = Burst;
                _tokensAtMs = double.NaN;
            }
        }

        /// <summary>Most messages a second of one stream; 0: no limit.</summary>
        public void SetStreamMaxHz(ushort stream, double maxHz)
        {
            _slots[stream].MinIntervalMs = maxHz > 0 ? 1000 / maxHz : 0;
        }

        /// <summary>The newest frame of its stream. It is copied, but for its sequence number, which is given when it leaves.</summary>
        public void Put(TrackingFrame frame)
        {
            if (frame.Stream >= MaxStreams) throw new ArgumentOutOfRangeException("frame", "A server listens to streams 0 to 15.");
            Slot slot = _slots[frame.Stream];
            if (slot.Waiting) Replaced++;
            slot.Frame.CopyFrom(frame);
            slot.Used = true;
            slot.Waiting = true;
        }

        /// <summary>
        /// The next frame to send, if the channel is free. Call it until it gives null, then again with the next display frame, and tell Done of each that
        /// left.
        /// </summary>
        /// <param name="bufferedBytes">The channel's bufferedAmount.</param>
        /// <returns>A frame that belongs to the sender, numbered; null: nothing for now.</returns>
        public TrackingFrame Next(double nowMs, ulong bufferedBytes)
        {
            if (bufferedBytes > 0) return null;
            Refill(nowMs);
            RepeatHead(nowMs);
            int stream = Choose(nowMs);
            if (stream == -1) return null;
            Slot slot = _slots[stream];
            // 0 means "before the first pose".
            slot.Frame.Sequence = slot.Sequence == uint.MaxValue ? 1 : slot.Sequence + 1;
            return slot.Frame;
        }

        /// <summary>A frame that Next gave was handed to the channel.</summary>
        public void Done(TrackingFrame frame, double nowMs)
        {
            Slot slot = _slots[frame.Stream];
            slot.Waiting = false;
            slot.Sequence = frame.Sequence;
            slot.SentAtMs = nowMs;
            _lastSent = frame.Stream;
            _tokens -= 1;
            Sent++;
        }

        /// <summary>A frame that Next gave can't be sent, such as one with nothing in it.</summary>
        public void Skip(TrackingFrame frame)
        {
            _slots[frame.Stream].Waiting = false;
        }

        /// <summary>A new session begins: what waits for the old one is of no interest.</summary>
        public void Clear()
        {
            foreach (Slot slot in _slots)
            {
                slot.Waiting = false;
                slot.SentAtMs = double.NegativeInfinity;
            }
            _lastSent = -1;
            MaxHz = 0;
        }

        /// <summary>Half of what the server allows at once.</summary>
        private double Burst
        {
            get { return _maxHz; }
        }

        private void Refill(double nowMs)
        {
            if (double.IsPositiveInfinity(_maxHz)) return;
            if (!double.IsNaN(_tokensAtMs)) _tokens = Math.Min(Burst, _tokens + Math.Max(0, nowMs - _tokensAtMs) * _maxHz / 1000);
            _tokensAtMs = nowMs;
        }

        private void RepeatHead(double nowMs)
        {
            Slot head = _slots[StreamIds.Head];
            if (!head.Used || head.Waiting || nowMs - head.SentAtMs < RepeatMs) return;
            head.Frame.ClientTimeMs = nowMs;
            head.Waiting = true;
        }

        private int Choose(double nowMs)
        {
            int oldest = -1;
            for (int stream = 1; stream < MaxStreams; stream++)
            {
                if (IsDue(stream, nowMs) && _tokens >= HeadReserve + 1 && (oldest == -1 || _slots[stream].SentAtMs < _slots[oldest].SentAtMs)) oldest = stream;
            }
            bool headIsDue = IsDue(StreamIds.Head, nowMs) && _tokens >= 1;
            return headIsDue && (oldest == -1 || _lastSent != StreamIds.Head) ? StreamIds.Head : oldest;
        }

        private bool IsDue(int stream, double nowMs)
        {
            Slot slot = _slots[stream];
            // Half a millisecond of grace: display frames are not exactly as far apart as they say.
            return slot.Waiting && nowMs - slot.SentAtMs >= slot.MinIntervalMs - 0.5;
        }
    }
}
