using System;
using System.Collections.Generic;
using System.Globalization;

namespace Panogaze
{
    /// <summary>How a session is asked for.</summary>
    public enum SignallingDoor
    {
        /// <summary>WHEP (draft-ietf-wish-whep): SDP in, SDP out.</summary>
        Whep,
        /// <summary>POST /offer: JSON in, JSON out.</summary>
        Offer,
    }

    /// <summary>A request to be made.</summary>
    public sealed class HttpRequest
    {
        public string Method;
        public string Url;
        /// <summary>null: none.</summary>
        public string Body;
        public string ContentType;
        public string Accept;
        /// <summary>Of the header Authorization; null: none.</summary>
        public string Authorization;
    }

    /// <summary>What came back.</summary>
    public sealed class HttpResponse
    {
        /// <summary>0: no answer.</summary>
        public int Status;
        /// <summary>Where it came from, after redirects; null: where it was asked.</summary>
        public string Url;
        public string Body = "";
        /// <summary>By name; letter case does not matter.</summary>
        public readonly Dictionary<string, string> Headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

        public string Header(string name)
        {
            string value;
            return Headers.TryGetValue(name, out value) ? value : null;
        }
    }

    /// <summary>The server said no, or nothing at all.</summary>
    public sealed class WhepFault
    {
        /// <summary>A sentence for people.</summary>
        public string Words;
        /// <summary>HTTP status; 0 when no answer came.</summary>
        public int Status;
        /// <summary>What the server asked to wait, seconds; NaN: nothing.</summary>
        public double RetryAfterSec = double.NaN;

        /// <summary>Whether the same request may work later: no answer, not ready, too many, or a fault of the server's.</summary>
        public bool Temporary
        {
            get { return Status == 0 || Status == 408 || Status == 409 || Status == 425 || Status == 429 || Status >= 500; }
        }
    }

    /// <summary>A STUN or TURN server.</summary>
    public sealed class IceServerInfo
    {
        public string Url;
        /// <summary>null: none.</summary>
        public string Username;
        public string Credential;
    }

    /// <summary>One session with a server: which requests to make, and what their answers mean. Makes none itself.</summary>
    public sealed class WhepSession
    {
        private readonly string _endpoint;
        private readonly string _token;
        private readonly SignallingDoor _door;
        private string _sessionUrl;

        /// <summary>The SDP of the answer.</summary>
        public string AnswerSdp { get; private set; }
        /// <summary>STUN and TURN servers that the server names.</summary>
        public List<IceServerInfo> IceServers { get; private set; }

        /// <param name="endpoint">Absolute, http or https.</param>
        /// <param name="token">Bearer token; null or empty: none.</param>
        public WhepSession(string endpoint, string token, SignallingDoor door)
        {
            _endpoint = endpoint;
            _token = token;
            _door = door;
            IceServers = new List<IceServerInfo>();
        }

        /// <summary>The session's own URL; null before the answer, and if the server named none.</summary>
        public string SessionUrl
        {
            get { return _sessionUrl; }
        }

        public HttpRequest Offer(string sdp)
        {
            bool whep = _door == SignallingDoor.Whep;
            return new HttpRequest
            {
                Method = "POST",
                Url = _endpoint,
                Body = whep ? sdp : "{\"type\":\"offer\",\"sdp\":" + Json.Quote(sdp) + "}",
                ContentType = whep ? "application/sdp" : "application/json",
                Accept = whep ? "application/sdp" : "application/json",
                Authorization = Authorization(),
            };
        }

        /// <summary>Takes the answer to the offer.</summary>
        /// <param name="utcNow">For dates in Retry-After.</param>
        /// <returns>null if the session stands.</returns>
        public WhepFault Answered(HttpResponse response, DateTime utcNow)
        {
            string from = string.IsNullOrEmpty(response.Url) ? _endpoint : response.Url;
            if (response.Status != (_door == SignallingDoor.Whep ? 201 : 200)) return FaultFrom(response, utcNow);
            if (_door == SignallingDoor.Whep)
            {
                AnswerSdp = response.Body;
                _sessionUrl = Resolve(from, response.Header("Location"));
            }
            else
            {
                Dictionary<string, object> fields = Json.ParseObject(response.Body);
                AnswerSdp = Json.GetText(fields, "sdp");
                string id = response.Header("X-Session-Id");
                _sessionUrl = string.IsNullOrEmpty(id) ? null : Resolve(from, "whep/" + Uri.EscapeDataString(id));
            }
            if (string.IsNullOrEmpty(AnswerSdp))
                return new WhepFault { Words = "The server's answer holds no session description.", Status = response.Status };
            IceServers = IceServersFromLink(response.Header("Link"));
            return null;
        }

        /// <summary>Ends the session.</summary>
        /// <returns>null if there is none, or it was ended before.</returns>
        public HttpRequest Goodbye()
        {
            if (_sessionUrl == null) return null;
            var request = new HttpRequest { Method = "DELETE", Url = _sessionUrl, Authorization = Authorization() };
            _sessionUrl = null;
            return request;
        }

        /// <summary>The server has ended it: there is nothing to say goodbye to.</summary>
        public void Ended()
        {
            _sessionUrl = null;
        }

        private string Authorization()
        {
            return string.IsNullOrEmpty(_token) ? null : "Bearer " + _token;
        }

        private static WhepFault FaultFrom(HttpResponse response, DateTime utcNow)
        {
            if (response.Status == 0) return new WhepFault { Words = "The server does not answer.", Status = 0 };
            // Problem details (RFC 9457) of WHEP, and the JSON of /offer.
            Dictionary<string, object> fields = Json.ParseObject(response.Body);
            string words = Json.GetText(fields, "detail") ?? Json.GetText(fields, "error") ?? Json.GetText(fields, "title");
            return new WhepFault
            {
                Words = string.IsNullOrEmpty(words) ? WordsFromStatus(response.Status) : words,
                Status = response.Status,
                RetryAfterSec = RetryAfterSec(response.Header("Retry-After"), utcNow),
            };
        }

        private static string WordsFromStatus(int status)
        {
            if (status == 401 || status == 403) return "The server does not let you in.";
            if (status == 404) return "There is nothing to watch at this address.";
            if (status == 429 || status == 503) return "The server is full.";
            return "The server answered with status " + Json.Number(status) + ".";
        }

        /// <summary>Seconds that a Retry-After header asks for: a number of them, or a date (RFC 9110, 10.2.3).</summary>
        internal static double RetryAfterSec(string header, DateTime utcNow)
        {
            if (header == null) return double.NaN;
            int seconds;
            if (int.TryParse(header.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out seconds)) return seconds;
            DateTime date;
            const DateTimeStyles styles = DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal;
            if (!DateTime.TryParse(header, CultureInfo.InvariantCulture, styles, out date)) return double.NaN;
            return Math.Max(0, (date - utcNow).TotalSeconds);
        }

        /// <summary>
        /// Resolves a reference against an absolute URL (RFC 3986, 5.2). System.Uri is not used: on Android and Linux Mono takes "/whep/ID" for a file.
        /// </summary>
        internal static string Resolve(string baseUrl, string reference)
        {
            if (string.IsNullOrEmpty(reference)) return null;
            int scheme = reference.IndexOf(':');
            int slash = reference.IndexOfAny(new[] { '/', '?', '#' });
            if (scheme > 0 && (slash == -1 || scheme < slash)) return reference;
            int authority = baseUrl.IndexOf("://", StringComparison.Ordinal);
            if (authority == -1) return null;
            if (reference.StartsWith("//", StringComparison.Ordinal)) return baseUrl.Substring(0, authority + 1) + reference;
            int pathAt = baseUrl.IndexOfAny(new[] { '/', '?', '#' }, authority + 3);
            string origin = pathAt == -1 ? baseUrl : baseUrl.Substring(0, pathAt);
            string path = pathAt == -1 ? "/" : baseUrl.Substring(pathAt);
            int pathEnd = path.IndexOfAny(new[] { '?', '#' });
            if (pathEnd != -1) path = path.Substring(0, pathEnd);
            if (path.Length == 0) path = "/";
            if (reference[0] == '?') return origin + path + reference;
            if (reference[0] == '#') return baseUrl + reference;
            string merged = reference[0] == '/' ? reference : path.Substring(0, path.LastIndexOf('/') + 1) + reference;
            int end = merged.IndexOfAny(new[] { '?', '#' });
            return end == -1 ? origin + WithoutDots(merged) : origin + WithoutDots(merged.Substring(0, end)) + merged.Substring(end);
        }

        private static string WithoutDots(string path)
        {
            var kept = new List<string>();
            string[] segments = path.Split('/');
            for (int index = 1; index < segments.Length; index++)
            {
                bool last = index == segments.Length - 1;
                if (segments[index] == ".." && kept.Count > 0) kept.RemoveAt(kept.Count - 1);
                if (segments[index] != "." && segments[index] != "..") kept.Add(segments[index]);
                else if (last) kept.Add("");
            }
            return "/" + string.Join("/", kept.ToArray());
        }

        /// <summary>ICE servers among the links (RFC 8288) of one Link header. Others and broken ones are passed over.</summary>
        internal static List<IceServerInfo> IceServersFromLink(string header)
        {
            var servers = new List<IceServerInfo>();
            int at = 0;
            while (header != null && (at = header.IndexOf('<', at)) != -1)
            {
                int end = header.IndexOf('>', at);
                if (end == -1) break;
                var server = new IceServerInfo { Url = header.Substring(at + 1, end - at - 1) };
                string relation = null;
                at = end + 1;
                string name, value;
                while (ReadParameter(header, ref at, out name, out value))
                {
                    if (name == "rel") relation = value;
                    if (name == "username") server.Username = value;
                    if (name == "credential") server.Credential = value;
                }
                if (relation == "ice-server" && IsIceUrl(server.Url)) servers.Add(server);
            }
            return servers;
        }

        private static bool IsIceUrl(string url)
        {
            string lower = url.ToLowerInvariant();
            return lower.StartsWith("stun:", StringComparison.Ordinal) || lower.StartsWith("stuns:", StringComparison.Ordinal)
                || lower.StartsWith("turn:", StringComparison.Ordinal) || lower.StartsWith("turns:", StringComparison.Ordinal);
        }

        /// <summary>Reads one parameter of a link, such as ; rel="ice-server".</summary>
        private static bool ReadParameter(string header, ref int at, out string name, out string value)
        {
            name = null;
            value = "";
            SkipSpace(header, ref at);
            if (at >= header.Length || header[at] != ';') return false;
            at++;
            SkipSpace(header, ref at);
            int start = at;
            while (at < header.Length && "=;, \t".IndexOf(header[at]) < 0) at++;
            name = header.Substring(start, at - start).ToLowerInvariant();
            SkipSpace(header, ref at);
            if (at >= header.Length || header[at] != '=') return name.Length > 0;
            at++;
            SkipSpace(header, ref at);
            if (at < header.Length && header[at] == '"')
            {
                at++;
                while (at < header.Length && header[at] != '"')
                {
                    if (header[at] == '\\' && at + 1 < header.Length) at++;
                    value += header[at++];
                }
                at++;
                return true;
            }
            start = at;
            while (at < header.Length && ";, \t".IndexOf(header[at]) < 0) at++;
            value = header.Substring(start, at - start);
            return true;
        }

        private static void SkipSpace(string header, ref int at)
        {
            while (at < header.Length && (header[at] == ' ' || header[at] == '\t')) at++;
        }
    }
}
