using System;
using System.Runtime.InteropServices;

namespace Panogaze
{
    /// <summary>Numbers in bytes, lowest byte first, on any machine and without allocating.</summary>
    internal static class LittleEndian
    {
        [StructLayout(LayoutKind.Explicit)]
        private struct SingleBits
        {
            [FieldOffset(0)]
            public float Value;
            [FieldOffset(0)]
            public uint Bits;
        }

        public static void WriteUInt16(byte[] bytes, int at, int value)
        {
            bytes[at] = (byte)value;
            bytes[at + 1] = (byte)(value >> 8);
        }

        public static void WriteUInt32(byte[] bytes, int at, uint value)
        {
            bytes[at] = (byte)value;
            bytes[at + 1] = (byte)(value >> 8);
            bytes[at + 2] = (byte)(value >> 16);
            bytes[at + 3] = (byte)(value >> 24);
        }

        public static void WriteSingle(byte[] bytes, int at, float value)
        {
            WriteUInt32(bytes, at, new SingleBits { Value = value }.Bits);
        }

        public static void WriteDouble(byte[] bytes, int at, double value)
        {
            ulong bits = (ulong)BitConverter.DoubleToInt64Bits(value);
            WriteUInt32(bytes, at, (uint)bits);
            WriteUInt32(bytes, at + 4, (uint)(bits >> 32));
        }

        public static int ReadUInt16(byte[] bytes, int at)
        {
            return bytes[at] | (bytes[at + 1] << 8);
        }

        public static int ReadInt16(byte[] bytes, int at)
        {
            return (short)ReadUInt16(bytes, at);
        }

        public static uint ReadUInt32(byte[] bytes, int at)
        {
            return (uint)ReadUInt16(bytes, at) | ((uint)ReadUInt16(bytes, at + 2) << 16);
        }

        public static float ReadSingle(byte[] bytes, int at)
        {
            return new SingleBits { Bits = ReadUInt32(bytes, at) }.Value;
        }

        public static double ReadDouble(byte[] bytes, int at)
        {
            ulong bits = ReadUInt32(bytes, at) | ((ulong)ReadUInt32(bytes, at + 4) << 32);
            return BitConverter.Int64BitsToDouble((long)bits);
        }
    }
}
