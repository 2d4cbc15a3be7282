using System.Globalization;
using System.Text;

namespace Cenote.Cli;

/// <summary>What stands before the data of an npy file: element type, byte order, memory order and shape.</summary>
internal sealed record NpyHeader(ElementFormat Format, bool IsBigEndian, bool IsFortran, nint[] Shape)
{
    /// <summary>Reads the Python dictionary of a header, such as <c>{'descr': '&lt;f4', 'fortran_order': False, 'shape': (2, 3), }</c>.</summary>
    /// <param name="name">The file's name, for messages.</param>
    /// <param name="text">The dictionary.</param>
    /// <param name="takesBooleans">Whether booleans are bytes, and not refused.</param>
    /// <exception cref="UserError">It is none, or describes an array that cannot be pooled.</exception>
    public static NpyHeader Parse(string name, string text, bool takesBooleans)
    {
        var reader = new DictionaryReader(name, text);
        string? descr = null;
        bool? fortran = null;
        nint[]? shape = null;
        reader.Expect('{');
        while (!reader.TryTake('}'))
        {
            string key = reader.String();
            reader.Expect(':');
            switch (key)
            {
                case "descr": descr = reader.Descr(); break;
                case "fortran_order": fortran = reader.Boolean(); break;
                case "shape": shape = reader.Tuple(); break;
                default: throw new UserError($"{name}: the npy header has the key '{key}'; it must have descr, fortran_order and shape only.");
            }

            if (!reader.TryTake(','))
            {
                reader.Expect('}');
                break;
            }
        }

        reader.End();
        if (descr is null || fortran is null || shape is null) throw new UserError($"{name}: the npy header lacks descr, fortran_order or shape.");
        var (format, bigEndian) = takesBooleans && descr == "|b1" ? (ElementFormat.Byte, false) : Element(name, descr);
        return new(format, bigEndian, fortran.Value, shape);
    }

    /// <summary>The header as numpy writes it, with magic and version, padded so that the data begins at a multiple of 64 bytes.</summary>
    public byte[] ToBytes()
    {
        string shape = Shape.Length == 1 ? $"({Shape[0]},)" : $"({string.Join(", ", Shape)})";
        string order = Format.Size == 1 ? "|" : IsBigEndian ? ">" : "<";
        string text = $"{{'descr': '{order}{Format.Code}', 'fortran_order': {(IsFortran ? "True" : "False")}, 'shape': {shape}, }}";
        int prefix = text.Length + 1 + 10 <= ushort.MaxValue - 64 ? 10 : 12;
        int length = (prefix + text.Length + 1 + 63) / 64 * 64 - prefix;
        byte[] bytes = [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', (byte)(prefix == 10 ? 1 : 2), 0, .. BitConverter.GetBytes(length)[..(prefix - 8)], .. Encoding.ASCII.GetBytes(text.PadRight(length - 1) + "\n")];
        return bytes;
    }

    private static (ElementFormat Format, bool BigEndian) Element(string name, string descr)
    {
        string code = descr.TrimStart('<', '>', '=', '|');
        if (ElementFormat.Find(code) is { } format && descr.Length - code.Length <= 1) return (format, descr[0] == '>' && format.Size > 1);
        string reason = code switch
        {
            "bfloat16" or ['V', ..] => " (BFloat16 and records have no npy type of their own)",
            "b1" => " (booleans: save them as uint8)",
            ['O', ..] => " (Python objects)",
            ['c', ..] => " (complex numbers)",
            _ => "",
        };
        throw new UserError($"{name}: the npy element type '{descr}'{reason} cannot be pooled; it must be float16, float32, float64, or an integer of 8 to 64 bits.");
    }

    private sealed class DictionaryReader(string name, string text)
    {
        private int _at;

        public void Expect(char wanted)
        {
            if (!TryTake(wanted)) throw Broken();
        }

        public bool TryTake(char wanted)
        {
            SkipBlanks();
            if (_at >= text.Length || text[_at] != wanted) return false;
            _at++;
            return true;
        }

        public string String()
        {
            SkipBlanks();
            if (_at >= text.Length || text[_at] is not ('\'' or '"')) throw Broken();
            int end = text.IndexOf(text[_at], _at + 1);
            if (end < 0) throw Broken();
            string value = text[(_at + 1)..end];
            _at = end + 1;
            return value;
        }

        public string Descr()
        {
            SkipBlanks();
            return _at < text.Length && text[_at] == '['
                ? throw new UserError($"{name}: the npy element type is a record; it must be float16, float32, float64, or an integer of 8 to 64 bits.")
                : String();
        }

        public bool Boolean()
        {
            SkipBlanks();
            foreach (bool value in (ReadOnlySpan<bool>)[true, false])
            {
                if (string.CompareOrdinal(text, _at, value.ToString(), 0, value.ToString().Length) != 0) continue;
                _at += value.ToString().Length;
                return value;
            }

            throw Broken();
        }

        public nint[] Tuple()
        {
            var lengths = new List<nint>();
            Expect('(');
            while (!TryTake(')'))
            {
                lengths.Add(Length());
                if (TryTake(',')) continue;
                Expect(')');
                // To Python (4) is a number, and only (4,) a tuple.
                if (lengths.Count == 1) throw new UserError($"{name}: the npy shape is ({lengths[0]}), a number; it must be a tuple such as ({lengths[0]},).");
                break;
            }

            return [.. lengths];
        }

        public void End()
        {
            SkipBlanks();
            if (_at < text.Length) throw Broken();
        }

        private nint Length()
        {
            SkipBlanks();
            int start = _at;
            if (_at < text.Length && text[_at] == '-') _at++;
            while (_at < text.Length && char.IsAsciiDigit(text[_at])) _at++;
            string digits = text[start.._at];
            // Python 2 wrote long numbers with this suffix.
            if (_at < text.Length && text[_at] == 'L') _at++;
            return nint.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out nint value) && value >= 0 ? value
                : throw new UserError($"{name}: the npy shape holds '{digits}'; each length must be a whole number from 0 to {nint.MaxValue}.");
        }

        private void SkipBlanks()
        {
            while (_at < text.Length && char.IsWhiteSpace(text[_at])) _at++;
        }

        private UserError Broken() => new($"{name}: the npy header is no Python dictionary of descr, fortran_order and shape (character {_at} of {text.Length}).");
    }
}
