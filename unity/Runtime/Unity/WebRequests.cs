using System;
using System.Collections;
using System.Collections.Generic;
using System.Text;
using UnityEngine.Networking;

namespace Panogaze
{
    /// <summary>Makes the requests that a WhepSession asks for.</summary>
    internal sealed class WebRequests
    {
        private const int TimeoutSec = 10;

        private readonly string _certificateSha256;

        /// <param name="certificateSha256">The only certificate to accept; null or empty: what the system trusts.</param>
        public WebRequests(string certificateSha256)
        {
            _certificateSha256 = certificateSha256;
        }

        /// <summary>A coroutine that ends when the answer is there, or none can come.</summary>
        public IEnumerator Send(HttpRequest request, Action<HttpResponse> answered)
        {
            using (UnityWebRequest web = Make(request))
            {
                yield return web.SendWebRequest();
                answered(ResponseFrom(web));
            }
        }

        /// <summary>Sends it and does not wait: it outlives the component, and what the answer is does not matter.</summary>
        public void SendAndForget(HttpRequest request)
        {
            UnityWebRequest web = Make(request);
            web.SendWebRequest().completed += operation => web.Dispose();
        }

        private UnityWebRequest Make(HttpRequest request)
        {
            var web = new UnityWebRequest(request.Url, request.Method);
            web.downloadHandler = new DownloadHandlerBuffer();
            web.timeout = TimeoutSec;
            if (request.Body != null)
                web.uploadHandler = new UploadHandlerRaw(Encoding.UTF8.GetBytes(request.Body)) { contentType = request.ContentType };
            if (request.Accept != null) web.SetRequestHeader("Accept", request.Accept);
            if (request.Authorization != null) web.SetRequestHeader("Authorization", request.Authorization);
            if (!string.IsNullOrEmpty(_certificateSha256)) web.certificateHandler = new PinnedCertificate(_certificateSha256);
            return web;
        }

        private static HttpResponse ResponseFrom(UnityWebRequest web)
        {
            var response = new HttpResponse { Status = (int)web.responseCode, Url = web.url, Body = web.downloadHandler.text ?? "" };
            Dictionary<string, string> headers = web.GetResponseHeaders();
            if (headers == null) return response;
            foreach (KeyValuePair<string, string> header in headers) response.Headers[header.Key] = header.Value;
            return response;
        }
    }
}
