using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace Panogaze
{
    /// <summary>
    /// The little JSON that the protocol needs, the same in every culture: UnityEngine.JsonUtility knows neither lists of lists nor fields that may be
    /// left out. Values are Dictionary (string to object), List of object, string, double, bool and null.
    /// </summary>
    public static class Json
    {
        private const int MaxDepth = 32;

        /// <summary>A number as JSON has it, with a point in every culture. What is not finite becomes null, since JSON has no such numbers.</summary>
        public static string Number(double value)
        {
            if (double.IsNaN(value) || double.IsInfinity(value)) return "null";
            // Whole numbers without exponent: what a person reads in a log.
            if (Math.Abs(value) < 1e15 && Math.Floor(value) == value) return ((long)value).ToString(CultureInfo.InvariantCulture);
            return value.ToString("R", CultureInfo.InvariantCulture);
        }

        /// <summary>A text as JSON has it, ASCII only: com.unity.webrtc hands texts to native code in the system's own code page.</summary>
        public static string Quote(string text)
        {
            var quoted = new StringBuilder(text.Length + 2);
            quoted.Append('"');
            foreach (char letter in text)
            {
                if (letter == '"' || letter == '\\') quoted.Append('\\').Append(letter);
                else if (letter >= ' ' && letter < 0x7f) quoted.Append(letter);
                else quoted.Append("\\u").Append(((int)letter).ToString("x4", CultureInfo.InvariantCulture));
            }
            return quoted.Append('"').ToString();
        }

        /// <summary>Reads a text that is one JSON object. Never throws.</summary>
        /// <returns>null if it is anything else.</returns>
        public static Dictionary<string, object> ParseObject(string text)
        {
            if (text == null) return null;
            var reader = new Reader(text);
            object value;
            return reader.ReadAll(out value) ? value as Dictionary<string, object> : null;
        }

        /// <summary>A field that is a finite number; NaN if it is not.</summary>
        public static double GetNumber(Dictionary<string, object> fields, string name)
        {
            object value;
            return fields != null && fields.TryGetValue(name, out value) && value is double ? (double)value : double.NaN;
        }

        /// <summary>A field that is a text; null if it is not.</summary>
        public static string GetText(Dictionary<string, object> fields, string name)
        {
            object value;
            return fields != null && fields.TryGetValue(name, out value) ? value as string : null;
        }

        /// <summary>A field that is an object; null if it is not.</summary>
        public static Dictionary<string, object> GetObject(Dictionary<string, object> fields, string name)
        {
            object value;
            return fields != null && fields.TryGetValue(name, out value) ? value as Dictionary<string, object> : null;
        }

        /// <summary>A field that is a list; null if it is not.</summary>
        public static List<object> GetList(Dictionary<string, object> fields, string name)
        {
            object value;
            return fields != null && fields.TryGetValue(name, out value) ? value as List<object> : null;
        }

        /// <summary>Recursive descent (RFC 8259). Numbers that are not finite, such as 1e999, are refused.</summary>
        private sealed class Reader
        {
            private readonly string _text;
            private int _at;

            public Reader(string text)
            {
                _text = text;
            }

            public bool ReadAll(out object value)
            {
                SkipSpace();
                if (!Read(out value, 0)) return false;
                SkipSpace();
                return _at == _text.Length;
            }

            private bool Read(out object value, int depth)
            {
                value = null;
                if (_at >= _text.Length || depth > MaxDepth) return false;
                switch (_text[_at])
                {
                    case '{':
                        return ReadObject(out value, depth);
                    case '[':
                        return ReadList(out value, depth);
                    case '"':
                        string text;
                        bool read = ReadText(out text);
                        value = text;
                        return read;
                    case 't':
                        value = true;
                        return Take("true");
                    case 'f':
                        value = false;
                        return Take("false");
                    case 'n':
                        return Take("null");
                    default:
                        return ReadNumber(out value);
                }
            }

            private bool ReadObject(out object value, int depth)
            {
                var fields = new Dictionary<string, object>();
                value = fields;
                _at++;
                SkipSpace();
                if (TakeOne('}')) return true;
                while (true)
                {
                    string name;
                    object field;
                    SkipSpace();
                    if (!ReadText(out name)) return false;
                    SkipSpace();
                    if (!TakeOne(':')) return false;
                    SkipSpace();
                    if (!Read(out field, depth + 1)) return false;
                    fields[name] = field;
                    SkipSpace();
                    if (TakeOne('}')) return true;
                    if (!TakeOne(',')) return false;
                }
            }

            private bool ReadList(out object value, int depth)
            {
                var items = new List<object>();
                value = items;
                _at++;
                SkipSpace();
                if (TakeOne(']')) return true;
                while (true)
                {
                    object item;
                    SkipSpace();
                    if (!Read(out item, depth + 1)) return false;
                    items.Add(item);
                    SkipSpace();
                    if (TakeOne(']')) return true;
                    if (!TakeOne(',')) return false;
                }
            }

            private bool ReadText(out string text)
            {
                text = null;
                if (!TakeOne('"')) return false;
                var letters = new StringBuilder();
                while (_at < _text.Length)
                {
                    char letter = _text[_at++];
                    if (letter == '"')
                    {
                        text = letters.ToString();
                        return true;
                    }
                    if (letter < ' ') return false;
                    if (letter == '\\' && !ReadEscape(out letter)) return false;
                    letters.Append(letter);
                }
                return false;
            }

            private bool ReadEscape(out char letter)
            {
                letter = '\0';
                if (_at >= _text.Length) return false;
                char escape = _text[_at++];
                int known = "\"\\/bfnrt".IndexOf(escape);
                if (known >= 0)
                {
                    letter = "\"\\/\b\f\n\r\t"[known];
                    return true;
                }
                int code;
                if (escape != 'u' || _at + 4 > _text.Length) return false;
                if (!int.TryParse(_text.Substring(_at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out code)) return false;
                _at += 4;
                letter = (char)code;
                return true;
            }

            private bool ReadNumber(out object value)
            {
                value = null;
                int start = _at;
                TakeOne('-');
                int digits = _at;
                if (!TakeDigits() || (_text[digits] == '0' && _at > digits + 1)) return false;
                if (TakeOne('.') && !TakeDigits()) return false;
                if (TakeOne('e') || TakeOne('E'))
                {
                    if (!TakeOne('+')) TakeOne('-');
                    if (!TakeDigits()) return false;
                }
                double number;
                const NumberStyles styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
                if (!double.TryParse(_text.Substring(start, _at - start), styles, CultureInfo.InvariantCulture, out number)) return false;
                if (double.IsInfinity(number)) return false;
                value = number;
                return true;
            }

            private bool TakeDigits()
            {
                int start = _at;
                while (_at < _text.Length && _text[_at] >= '0' && _text[_at] <= '9') _at++;
                return _at > start;
            }

            private bool TakeOne(char letter)
            {
                if (_at >= _text.Length || _text[_at] != letter) return false;
                _at++;
                return true;
            }

            private bool Take(string word)
            {
                if (string.CompareOrdinal(_text, _at, word, 0, word.Length) != 0) return false;
                _at += word.Length;
                return true;
            }

            private void SkipSpace()
            {
                while (_at < _text.Length && " \t\r\n".IndexOf(_text[_at]) >= 0) _at++;
            }
        }
    }
}
