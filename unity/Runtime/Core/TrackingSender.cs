using System;

namespace Panogaze
{
    /// <summary>
    /// Holds the newest frame of each stream and says which is to be sent: one that could not leave is replaced by the next. Heads go first, then what has
    /// waited longest.
    ///
    /// SCTP's congestion control holds for unreliable channels too, and after a loss it lets no more than a few packets travel at once. What is sent beyond
    /// that is not only late: SCTP then cuts messages in two to fill its window, and one of which a half is lost holds up others at the receiver for
    /// seconds. A look at bufferedAmount comes too late to prevent that. So the sender keeps count of what is on the way, and hands over no more than surely
    /// fits. Knows no clock: times are milliseconds on that of the client.
    /// </summary>
    public sealed class TrackingSender
    {
        /// <summary>Streams that a server listens to.</summary>
        public const int MaxStreams = 16;
        /// <summary>A head that has not moved is said again after this long, so that the server knows that we live and a lost last pose is made good.</summary>
        public const double RepeatMs = 500;

        /// <summary>
        /// The SCTP of libwebrtc, and so that of com.unity.webrtc (dcSCTP: dcsctp_options.h): packets of 1191 bytes; before the first loss ten of them may be
        /// on the way, and after one at least four. A message has a chunk header of 16 bytes.
        /// </summary>
        private const double PacketBytes = 1191;
        private const double FirstWindow = 10 * PacketBytes;
        private const double LeastWindow = 4 * PacketBytes;
        private const int ChunkHeaderBytes = 16;
        /// <summary>More than this on the way, and another limit holds.</summary>
        private const double LargestWindow = 100 * PacketBytes;
        /// <summary>As long as nothing waits, the window grows by a packet in this time.</summary>
        private const double GrowthMs = 1000;
        /// <summary>A packet counts as on its way for a round trip and this: the acknowledgement may wait for a second packet, and timers are late.</summary>
        private const double AcknowledgedLateMs = 10;
        /// <summary>Before a round trip was measured.</summary>
        private const double UsualRoundTripMs = 50;
        /// <summary>A message that was handed over may count as waiting for so long, because it passes through threads.</summary>
        private const double HandedOverMs = 4;

        private sealed class Slot
        {
            public readonly TrackingFrame Frame = new TrackingFrame();
            public bool Used;
            public bool Waiting;
            public uint Sequence;
            public double MinIntervalMs;
            public double SentAtMs = double.NegativeInfinity;
            /// <summary>Length of the last message: about that of the next.</summary>
            public int Bytes;
        }

        private readonly Slot[] _slots = new Slot[MaxStreams];
        private readonly BytesOverTime _onTheWay = new BytesOverTime();
        private double _window = FirstWindow;
        private double _grownMs = double.NaN;
        private double _minIntervalMs;
        private bool _hasSeen;
        private uint _seenRtp;

        public TrackingSender()
        {
            for (int stream = 0; stream < MaxStreams; stream++) _slots[stream] = new Slot();
            RoundTripMs = double.NaN;
        }

        /// <summary>Messages that left.</summary>
        public long Sent { get; private set; }
        /// <summary>Frames that were replaced by a newer one before they could leave.</summary>
        public long Replaced { get; private set; }
        /// <summary>To the server and back, milliseconds; NaN: not known yet.</summary>
        public double RoundTripMs { get; set; }

        /// <summary>Bytes that may be on the way at once.</summary>
        public double WindowBytes
        {
            get { return _window; }
        }

        /// <summary>Messages a second of one stream that the server listens to; 0: not known.</summary>
        public double MaxHz
        {
            set { _minIntervalMs = value > 0 ? 1000 / value : 0; }
        }

        /// <summary>Most messages a second of one stream that are wanted; 0: no limit.</summary>
        public void SetStreamMaxHz(ushort stream, double maxHz)
        {
            _slots[stream].MinIntervalMs = maxHz > 0 ? 1000 / maxHz : 0;
        }

        /// <summary>The picture with this RTP time is on the screen: frames that are put from now on say so.</summary>
        public void Saw(uint rtp)
        {
            _hasSeen = true;
            _seenRtp = rtp;
        }

        /// <summary>
        /// The newest frame of its stream. It is copied, but for its sequence number, which is given when it leaves, and the picture on the screen.
        /// </summary>
        public void Put(TrackingFrame frame)
        {
            if (frame.Stream >= MaxStreams) throw new ArgumentOutOfRangeException("frame", "A server listens to streams 0 to 15.");
            Slot slot = _slots[frame.Stream];
            if (slot.Waiting) Replaced++;
            slot.Frame.CopyFrom(frame);
            SetSeen(slot.Frame);
            slot.Used = true;
            slot.Waiting = true;
        }

        /// <summary>
        /// The next frame to send, if the path takes it. Tell Done of each that was handed over, or Skip it, and call again until it gives null; then with
        /// the next display frame.
        /// </summary>
        /// <param name="bufferedBytes">The channel's bufferedAmount.</param>
        /// <returns>A frame that belongs to the sender, numbered; null: nothing for now.</returns>
        public TrackingFrame Next(double nowMs, ulong bufferedBytes)
        {
            RepeatHead(nowMs);
            Slot slot = Choose(nowMs);
            if (slot == null || !HasRoom(nowMs, bufferedBytes, slot.Frame.Kind == FrameKind.Head ? 0 : slot.Bytes + ChunkHeaderBytes)) return null;
            // 0 means "before the first pose".
            slot.Frame.Sequence = slot.Sequence == uint.MaxValue ? 1 : slot.Sequence + 1;
            return slot.Frame;
        }

        /// <summary>A frame that Next gave was handed to the channel as a message of so many bytes.</summary>
        public void Done(TrackingFrame frame, int bytes, double nowMs)
        {
            Slot slot = _slots[frame.Stream];
            slot.Waiting = false;
            slot.Sequence = frame.Sequence;
            slot.SentAtMs = nowMs;
            slot.Bytes = bytes;
            _onTheWay.Add(nowMs, bytes + ChunkHeaderBytes);
            Sent++;
        }

        /// <summary>A frame that Next gave has nothing that could be sent.</summary>
        public void Skip(TrackingFrame frame)
        {
            _slots[frame.Stream].Waiting = false;
        }

        /// <summary>Another session begins: nothing is on the way, nothing is known of the path, and what waits for the old one is of no interest.</summary>
        public void Restart()
        {
            foreach (Slot slot in _slots)
            {
                slot.Waiting = false;
                slot.SentAtMs = double.NegativeInfinity;
            }
            _onTheWay.Clear();
            _window = FirstWindow;
            _grownMs = double.NaN;
            _minIntervalMs = 0;
            _hasSeen = false;
            RoundTripMs = double.NaN;
        }

        private void SetSeen(TrackingFrame frame)
        {
            frame.HasSeen = _hasSeen;
            frame.SeenRtp = _hasSeen ? _seenRtp : 0;
        }

        private void RepeatHead(double nowMs)
        {
            Slot head = _slots[StreamIds.Head];
            if (!head.Used || head.Waiting || nowMs - head.SentAtMs < RepeatMs) return;
            head.Frame.ClientTimeMs = nowMs;
            SetSeen(head.Frame);
            head.Waiting = true;
        }

        /// <summary>A head, else what has waited longest. Nobody overtakes one that has no room: it would never have any.</summary>
        private Slot Choose(double nowMs)
        {
            Slot oldest = null;
            foreach (Slot slot in _slots)
            {
                if (!IsDue(slot, nowMs)) continue;
                if (slot.Frame.Kind == FrameKind.Head) return slot;
                if (oldest == null || slot.SentAtMs < oldest.SentAtMs) oldest = slot;
            }
            return oldest;
        }

        private bool IsDue(Slot slot, double nowMs)
        {
            // Half a millisecond of grace: display frames are not exactly as far apart as they say.
            return slot.Waiting && nowMs - slot.SentAtMs >= Math.Max(_minIntervalMs, slot.MinIntervalMs) - 0.5;
        }

        private bool HasRoom(double nowMs, ulong bufferedBytes, int bytes)
        {
            if (bufferedBytes > _onTheWay.Since(nowMs - HandedOverMs))
            {
                // It was more than the path took: there has been a loss, or the path is narrow.
                _window = LeastWindow;
                _grownMs = nowMs;
                return false;
            }
            if (!(nowMs - _grownMs < GrowthMs))
            {
                if (!double.IsNaN(_grownMs)) _window = Math.Min(LargestWindow, _window + PacketBytes);
                _grownMs = nowMs;
            }
            double roundTripMs = double.IsNaN(RoundTripMs) ? UsualRoundTripMs : RoundTripMs;
            _onTheWay.ForgetBefore(nowMs - roundTripMs - AcknowledgedLateMs);
            double total = _onTheWay.Total;
            return total == 0 || bytes == 0 || total + bytes <= _window;
        }

        /// <summary>Bytes that were sent, each for a while: a ring, since it changes with every message.</summary>
        private sealed class BytesOverTime
        {
            /// <summary>More than the largest window has messages. If there are more, the oldest are forgotten early.</summary>
            private const int Capacity = 4096;

            private readonly double[] _times = new double[Capacity];
            private readonly int[] _bytes = new int[Capacity];
            private int _first;
            private int _count;

            /// <summary>Of all that is not forgotten.</summary>
            public double Total { get; private set; }

            public void Add(double timeMs, int bytes)
            {
                if (_count == Capacity) ForgetFirst();
                int at = (_first + _count++) % Capacity;
                _times[at] = timeMs;
                _bytes[at] = bytes;
                Total += bytes;
            }

            public double Since(double timeMs)
            {
                double sum = 0;
                for (int index = _count - 1; index >= 0; index--)
                {
                    int at = (_first + index) % Capacity;
                    if (!(_times[at] >= timeMs)) break;
                    sum += _bytes[at];
                }
                return sum;
            }

            public void ForgetBefore(double timeMs)
            {
                while (_count > 0 && _times[_first] < timeMs) ForgetFirst();
            }

            public void Clear()
            {
                _first = 0;
                _count = 0;
                Total = 0;
            }

            private void ForgetFirst()
            {
                Total -= _bytes[_first];
                _first = (_first + 1) % Capacity;
                _count--;
            }
        }
    }
}
