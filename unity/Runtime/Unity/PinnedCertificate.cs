using System;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using UnityEngine.Networking;

namespace Panogaze
{
    /// <summary>Accepts one certificate and no other, such as the one that a server made for itself: known by its SHA-256 fingerprint.</summary>
    internal sealed class PinnedCertificate : CertificateHandler
    {
        private readonly string _fingerprint;

        /// <param name="fingerprint">Hexadecimal, with or without colons.</param>
        public PinnedCertificate(string fingerprint)
        {
            _fingerprint = fingerprint.Replace(":", "").Trim();
        }

        protected override bool ValidateCertificate(byte[] certificateData)
        {
            using (SHA256 sha256 = SHA256.Create())
            {
                var hex = new StringBuilder(64);
                foreach (byte part in sha256.ComputeHash(certificateData)) hex.Append(part.ToString("x2", CultureInfo.InvariantCulture));
                return string.Equals(hex.ToString(), _fingerprint, StringComparison.OrdinalIgnoreCase);
            }
        }
    }
}
