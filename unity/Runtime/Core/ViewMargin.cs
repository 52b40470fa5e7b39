using System;

namespace Panogaze
{
    /// <summary>
    /// How many times wider than the eyes see the pictures are to be: as wide as the head turns while a picture is under way. It grows at once and shrinks after a
    /// second of rest, by steps, because each change of width costs bits. The same rule as the browser client's. Knows no clock.
    /// </summary>
    public sealed class ViewMargin
    {
        /// <summary>Latency before the first measurement, milliseconds.</summary>
        public const double UsualLatencyMs = 80;

        /// <summary>Turns of a resting head that are always covered, radians.</summary>
        private const double RestSideways = 1.5 * Math.PI / 180, RestUp = 0.75 * Math.PI / 180;
        private const double MostScale = 1.75;
        private const double GrowsBeyond = 1.06;
        private const double TooWide = 1.1;
        private const double ShrinksAfterMs = 1000;
        /// <summary>The head's speed is measured over this time.</summary>
        private const double MeasuredMs = 50;

        private double _scale = double.NaN;
        private double _widestNeed = 1;
        private double _tooWideSinceMs = double.NaN;
        private double _qx, _qy, _qz, _qw, _atMs = double.NaN;
        private double _sideways, _up;

        /// <summary>Tells the head's orientation, xyzw.</summary>
        public void Turn(double x, double y, double z, double w, double nowMs)
        {
            double elapsedMs = nowMs - _atMs;
            if (elapsedMs < MeasuredMs) return;
            if (elapsedMs < 4 * MeasuredMs)
            {
                // conj(former) * newest: the turn about the head's own axes. Of a small turn the vector's length is half of the angle.
                double dx = x, dy = y, dz = z, dw = w;
                SkeletonSpace.Multiply(-_qx, -_qy, -_qz, _qw, ref dx, ref dy, ref dz, ref dw);
                double perSec = 2000 / elapsedMs * (dw < 0 ? -1 : 1);
                _up = Math.Abs(dx * perSec);
                _sideways = Math.Abs(dy * perSec);
            }
            else _up = _sideways = 0;
            _qx = x;
            _qy = y;
            _qz = z;
            _qw = w;
            _atMs = nowMs;
        }

        /// <param name="tanHalfWidth">What the eyes see to the side, a tangent.</param>
        /// <param name="latencyMs">From the reading of a pose to the display of its picture; NaN: not known yet.</param>
        /// <returns>The factor from what the eyes see to what is to be drawn.</returns>
        public double Scale(double tanHalfWidth, double tanHalfHeight, double latencyMs, double nowMs)
        {
            double seconds = (double.IsNaN(latencyMs) ? UsualLatencyMs : latencyMs) / 1000;
            double need = Math.Max(Needed(tanHalfWidth, Math.Max(RestSideways, _sideways * seconds)), Needed(tanHalfHeight, Math.Max(RestUp, _up * seconds)));
            need = Math.Min(MostScale, need);
            if (double.IsNaN(_scale)) _scale = need;
            if (need > _scale) _scale = Math.Min(MostScale, need * GrowsBeyond);
            if (need * TooWide >= _scale)
            {
                _tooWideSinceMs = double.NaN;
                _widestNeed = 1;
                return _scale;
            }
            if (double.IsNaN(_tooWideSinceMs)) _tooWideSinceMs = nowMs;
            _widestNeed = Math.Max(_widestNeed, need);
            if (nowMs - _tooWideSinceMs < ShrinksAfterMs) return _scale;
            _scale = _widestNeed;
            _tooWideSinceMs = double.NaN;
            _widestNeed = 1;
            return _scale;
        }

        private static double Needed(double tanHalf, double turn)
        {
            double angle = Math.Atan(tanHalf) + turn;
            return angle < 1.5 ? Math.Tan(angle) / tanHalf : MostScale;
        }
    }

    /// <summary>The time from the reading of a head pose to the display of the picture that was drawn for it. Knows no clock.</summary>
    public sealed class PoseLatency
    {
        private const int Remembered = 256;
        private const int Measured = 64;

        private readonly uint[] _sequences = new uint[Remembered];
        private readonly double[] _readMs = new double[Remembered];
        private readonly double[] _latenciesMs = new double[Measured];
        private readonly double[] _sorted = new double[Measured];
        private int _count;
        private uint _lastShown;

        /// <summary>Nearly all pictures keep to it; NaN before the first.</summary>
        public double LikelyMs { get; private set; }

        public PoseLatency()
        {
            Clear();
        }

        public void Clear()
        {
            Array.Clear(_sequences, 0, Remembered);
            _count = 0;
            _lastShown = 0;
            LikelyMs = double.NaN;
        }

        /// <summary>A pose has left.</summary>
        public void Sent(uint sequence, double readMs)
        {
            _sequences[sequence % Remembered] = sequence;
            _readMs[sequence % Remembered] = readMs;
        }

        /// <summary>A picture that was drawn for this pose is shown; only the first of each pose counts.</summary>
        public void Shown(uint sequence, double nowMs)
        {
            if (sequence == 0 || sequence == _lastShown || _sequences[sequence % Remembered] != sequence) return;
            _lastShown = sequence;
            _latenciesMs[_count++ % Measured] = nowMs - _readMs[sequence % Remembered];
            int known = Math.Min(_count, Measured);
            Array.Copy(_latenciesMs, _sorted, known);
            Array.Sort(_sorted, 0, known);
            LikelyMs = _sorted[(known * 95 + 99) / 100 - 1];
        }
    }
}
