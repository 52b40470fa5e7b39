using System;
using System.Collections.Generic;

namespace Panogaze
{
    /// <summary>What a connection is doing.</summary>
    public enum ConnectionState
    {
        /// <summary>Not asked for, or over until it is asked for again.</summary>
        Closed,
        Connecting,
        Connected,
        /// <summary>The path is gone for the moment; it may come back by itself.</summary>
        Interrupted,
        /// <summary>Lost; the next attempt begins by itself.</summary>
        Reconnecting,
    }

    /// <summary>What is to be done.</summary>
    public enum ConnectionOrder
    {
        None,
        /// <summary>Make a peer connection and exchange offer and answer.</summary>
        OpenPeer,
        /// <summary>Close the present peer connection and tell the server.</summary>
        DropPeer,
        /// <summary>Ask for the server's clock.</summary>
        SendPing,
    }

    /// <summary>
    /// Keeps a connection alive: says when to make one, when to give it up and when to try again. Knows neither clocks nor sockets: events and times come
    /// in, orders come out.
    /// </summary>
    public sealed class ConnectionKeeper
    {
        /// <summary>Time from the server's answer until media must flow. Where UDP is blocked nothing ever comes.</summary>
        public const double ConnectTimeoutMs = 10000;
        /// <summary>How long an interruption may last before a new connection is made.</summary>
        public const double InterruptionMs = 4000;
        /// <summary>A connection that held this long was a success: the next loss is met with short waits again.</summary>
        public const double HeldMs = 5000;
        public const double PingMs = 2000;
        /// <summary>Pings that may stay unanswered, once one was answered, before the connection counts as lost.</summary>
        public const int UnansweredPings = 4;

        private readonly Queue<ConnectionOrder> _orders = new Queue<ConnectionOrder>();
        private readonly ReconnectDelay _delay;
        private readonly bool _reconnect;
        private bool _hasPeer;
        private string _complaint;
        private double _connectBeforeMs = double.PositiveInfinity;
        private double _interruptedUntilMs = double.PositiveInfinity;
        private double _heldAtMs = double.PositiveInfinity;
        private double _nextPingMs = double.PositiveInfinity;
        private int _unansweredPings;
        private bool _pongHeard;

        public ConnectionState State { get; private set; }
        /// <summary>The state, for people.</summary>
        public string Words { get; private set; }
        /// <summary>When the next attempt begins, while reconnecting.</summary>
        public double RetryAtMs { get; private set; }

        /// <param name="reconnect">Try again when the connection is lost, and when the server is not there yet.</param>
        /// <param name="random">Gives numbers from 0 to below 1.</param>
        public ConnectionKeeper(bool reconnect, Func<double> random)
        {
            _reconnect = reconnect;
            _delay = new ReconnectDelay(random);
            RetryAtMs = double.NaN;
            Words = "Not connected.";
        }

        /// <summary>Attempts since the last connection that held.</summary>
        public int Attempts
        {
            get { return _delay.Attempts; }
        }

        /// <summary>Connects, or tries again now instead of waiting. Does nothing while a connection is there or being made.</summary>
        public void Connect()
        {
            if (_hasPeer) return;
            _complaint = null;
            _pongHeard = false;
            _unansweredPings = 0;
            _hasPeer = true;
            _orders.Enqueue(ConnectionOrder.OpenPeer);
            Become(ConnectionState.Connecting, _delay.Attempts == 0 ? "Connecting." : "Connecting again.");
        }

        /// <summary>Ends it for good.</summary>
        public void Close(string words = "Closed.")
        {
            Drop();
            _delay.Reset();
            Become(ConnectionState.Closed, words);
        }

        /// <summary>The server's answer was applied: from now on a path is looked for.</summary>
        public void Answered(double nowMs)
        {
            if (_hasPeer && State == ConnectionState.Connecting) _connectBeforeMs = nowMs + ConnectTimeoutMs;
        }

        public void Connected(double nowMs)
        {
            if (!_hasPeer) return;
            _connectBeforeMs = double.PositiveInfinity;
            _interruptedUntilMs = double.PositiveInfinity;
            _heldAtMs = nowMs + HeldMs;
            Become(ConnectionState.Connected, "Connected.");
        }

        public void Interrupted(double nowMs)
        {
            if (!_hasPeer || State != ConnectionState.Connected) return;
            _interruptedUntilMs = nowMs + InterruptionMs;
            Become(ConnectionState.Interrupted, "The connection is interrupted.");
        }

        public void Lost(double nowMs, string words)
        {
            if (_hasPeer) Retry(nowMs, _complaint ?? words, double.NaN);
        }

        /// <summary>The server did not take the offer.</summary>
        public void Refused(double nowMs, WhepFault fault)
        {
            if (!_hasPeer) return;
            if (fault.Temporary) Retry(nowMs, fault.Words, fault.RetryAfterSec);
            else Close(fault.Words);
        }

        /// <summary>The control channel is open: the clock is asked for at once, then every two seconds.</summary>
        public void ControlOpened(double nowMs)
        {
            if (_hasPeer) _nextPingMs = nowMs;
        }

        public void PongHeard()
        {
            _pongHeard = true;
            _unansweredPings = 0;
        }

        /// <summary>What the server said before it ended the session goes before what we see of it.</summary>
        public void Complained(ErrorMessage error)
        {
            if (error.Fatal) _complaint = error.Words;
        }

        /// <summary>Call it often, until it gives None.</summary>
        public ConnectionOrder Next(double nowMs)
        {
            if (_orders.Count == 0) Tick(nowMs);
            return _orders.Count == 0 ? ConnectionOrder.None : _orders.Dequeue();
        }

        private void Tick(double nowMs)
        {
            if (State == ConnectionState.Reconnecting && nowMs >= RetryAtMs) Connect();
            else if (!_hasPeer) return;
            else if (nowMs >= _connectBeforeMs) Lost(nowMs, "No network path to the server could be found. Is UDP blocked on the way?");
            else if (nowMs >= _interruptedUntilMs) Lost(nowMs, "The server has gone silent.");
            else if (nowMs >= _nextPingMs) PingDue(nowMs);
            if (nowMs >= _heldAtMs)
            {
                _heldAtMs = double.PositiveInfinity;
                _delay.Reset();
            }
        }

        private void PingDue(double nowMs)
        {
            _nextPingMs = nowMs + PingMs;
            if (_pongHeard && ++_unansweredPings > UnansweredPings) Lost(nowMs, "The server has gone silent.");
            else _orders.Enqueue(ConnectionOrder.SendPing);
        }

        private void Retry(double nowMs, string words, double retryAfterSec)
        {
            Drop();
            if (!_reconnect)
            {
                Become(ConnectionState.Closed, words);
                return;
            }
            RetryAtMs = nowMs + _delay.Next(retryAfterSec);
            Become(ConnectionState.Reconnecting, words);
        }

        private void Drop()
        {
            _connectBeforeMs = double.PositiveInfinity;
            _interruptedUntilMs = double.PositiveInfinity;
            _heldAtMs = double.PositiveInfinity;
            _nextPingMs = double.PositiveInfinity;
            RetryAtMs = double.NaN;
            _orders.Clear();
            if (_hasPeer) _orders.Enqueue(ConnectionOrder.DropPeer);
            _hasPeer = false;
        }

        private void Become(ConnectionState state, string words)
        {
            State = state;
            Words = words;
        }
    }
}
