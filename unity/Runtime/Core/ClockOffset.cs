namespace Panogaze
{
    /// <summary>
    /// How far the server's clock is ahead of ours, from pings and pongs (RFC 5905, 8). Of the last answers the one with the shortest round trip counts:
    /// queues only ever make a trip longer, and the error is at most half of it.
    /// </summary>
    public sealed class ClockOffset
    {
        /// <summary>At one ping every two seconds, half a minute: too short for two quartz clocks to drift apart by more than a millisecond.</summary>
        private const int Remembered = 16;

        private readonly double[] _offsetsMs = new double[Remembered];
        private readonly double[] _roundTripsMs = new double[Remembered];
        private int _count;
        private int _next;

        /// <param name="t0">Ping left, client clock.</param>
        /// <param name="t1">It arrived, server clock.</param>
        /// <param name="t2">Pong left, server clock.</param>
        /// <param name="t3">It arrived, client clock; all milliseconds.</param>
        public void Add(double t0, double t1, double t2, double t3)
        {
            double roundTripMs = t3 - t0 - (t2 - t1);
            if (!(roundTripMs >= 0) || double.IsInfinity(roundTripMs)) return;
            _roundTripsMs[_next] = roundTripMs;
            _offsetsMs[_next] = (t1 - t0 + (t2 - t3)) / 2;
            _next = (_next + 1) % Remembered;
            if (_count < Remembered) _count++;
        }

        /// <summary>Server time minus client time, milliseconds; NaN before the first answer.</summary>
        public double OffsetMs
        {
            get { return _count == 0 ? double.NaN : _offsetsMs[Best()]; }
        }

        /// <summary>Shortest round trip of the last answers, milliseconds; NaN before the first.</summary>
        public double RoundTripMs
        {
            get { return _count == 0 ? double.NaN : _roundTripsMs[Best()]; }
        }

        /// <summary>Forget everything: another server's clock begins.</summary>
        public void Reset()
        {
            _count = 0;
            _next = 0;
        }

        private int Best()
        {
            int best = 0;
            for (int index = 1; index < _count; index++)
            {
                if (_roundTripsMs[index] < _roundTripsMs[best]) best = index;
            }
            return best;
        }
    }
}
