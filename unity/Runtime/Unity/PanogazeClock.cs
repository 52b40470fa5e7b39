using System.Diagnostics;

namespace Panogaze
{
    /// <summary>The client's monotonic clock: the times of all its poses, pings and pongs are on it.</summary>
    public static class PanogazeClock
    {
        public static double NowMs
        {
            get { return Stopwatch.GetTimestamp() * (1000.0 / Stopwatch.Frequency); }
        }
    }
}
