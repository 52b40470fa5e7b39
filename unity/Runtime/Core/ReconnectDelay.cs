using System;

namespace Panogaze
{
    /// <summary>
    /// How long to wait before the next attempt: doubling from half a second to 15 seconds, each shortened by up to a half at random, so that many viewers
    /// of a server that comes back do not all knock at once.
    /// </summary>
    public sealed class ReconnectDelay
    {
        private const double FirstMs = 500;
        private const double LongestMs = 15000;

        private readonly Func<double> _random;

        /// <summary>Attempts since the last success.</summary>
        public int Attempts { get; private set; }

        /// <param name="random">Gives numbers from 0 to below 1.</param>
        public ReconnectDelay(Func<double> random)
        {
            _random = random;
        }

        /// <summary>Counts one more attempt.</summary>
        /// <param name="retryAfterSec">What the server asked for, NaN if it did not: never less is waited, and up to a second more.</param>
        /// <returns>Milliseconds to wait before it.</returns>
        public double Next(double retryAfterSec)
        {
            double fullMs = Math.Min(LongestMs, FirstMs * Math.Pow(2, Math.Min(30, Attempts++)));
            double waitMs = fullMs * (1 - _random() / 2);
            return double.IsNaN(retryAfterSec) ? waitMs : Math.Max(waitMs, (retryAfterSec + _random()) * 1000);
        }

        /// <summary>A connection held: begin with short waits again.</summary>
        public void Reset()
        {
            Attempts = 0;
        }
    }
}
