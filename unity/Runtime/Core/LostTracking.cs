namespace Panogaze
{
    /// <summary>
    /// For how long it is worth saying that something is no longer tracked: a second, since messages may be lost. After that nobody needs to be told of a hand
    /// that holds a controller.
    /// </summary>
    public struct LostTracking
    {
        public const double TellMs = 1000;

        private bool _wasSeen;
        private double _seenAtMs;

        /// <summary>It is tracked.</summary>
        public void Seen(double nowMs)
        {
            _wasSeen = true;
            _seenAtMs = nowMs;
        }

        /// <summary>Whether a frame without tracked bones is to be sent, now that it is not tracked.</summary>
        public bool IsWorthTelling(double nowMs)
        {
            return _wasSeen && nowMs - _seenAtMs < TellMs;
        }
    }
}
