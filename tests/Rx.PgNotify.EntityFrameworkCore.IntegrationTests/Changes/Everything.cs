using System.Collections;
using System.Net;
using System.Net.NetworkInformation;
using System.Numerics;
using System.Text.Json;
using NpgsqlTypes;

#pragma warning disable CA1720 // properties are called like their types
#pragma warning disable MA0016 // EF Core and Npgsql tell lists, arrays and other collections apart

namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Changes;

/// <summary>A column of every type that PostgreSQL has without extensions and EF Core maps, but for what can't be read.</summary>
public sealed class Everything
{
    public int Id { get; set; }

    public bool Bool { get; set; }
    public byte Byte { get; set; }
    public sbyte SByte { get; set; }
    public short Short { get; set; }
    public ushort UShort { get; set; }
    public uint UInt { get; set; }
    public long Long { get; set; }
    public ulong ULong { get; set; }
    public float Float { get; set; }
    public double Double { get; set; }
    public decimal Decimal { get; set; }
    public decimal Numeric { get; set; }
    public BigInteger BigInteger { get; set; }
    public int? NullableInt { get; set; }
    public double? NullableDouble { get; set; }

    public char Char { get; set; } = 'x';
    public string Text { get; set; } = "";
    public string Varchar { get; set; } = "";
    public string Padded { get; set; } = "";
    public string? NullableText { get; set; }
    public Guid Guid { get; set; }
    public byte[] Bytes { get; set; } = [];

    public DateTime Timestamptz { get; set; }
    public DateTime Timestamp { get; set; }
    public DateTime Day { get; set; }
    public DateTimeOffset Offset { get; set; }
    public DateTimeOffset Timetz { get; set; } = new(1, 1, 2, 0, 0, 0, TimeSpan.Zero);
    public DateOnly Date { get; set; }
    public TimeOnly Time { get; set; }
    public TimeSpan TimeSpan { get; set; }
    public TimeSpan Interval { get; set; }
    public DateTime? NullableTimestamp { get; set; }

    public Status StatusNumber { get; set; }
    public Status StatusText { get; set; }
    public Status? NullableStatus { get; set; }
    public Mood Mood { get; set; }
    public Mood? NullableMood { get; set; }
    public Mood[] Moods { get; set; } = [];
    public List<Status> Statuses { get; set; } = [];

    public string Jsonb { get; set; } = "{}";
    public string Json { get; set; } = "{}";
    public JsonDocument Document { get; set; } = JsonDocument.Parse("{}");
    public JsonElement Element { get; set; } = JsonElement.Parse("null");

    public int[] Ints { get; set; } = [];
    public int?[] NullableInts { get; set; } = [];
    public List<string> Strings { get; set; } = [];
    public List<string?> NullableStrings { get; set; } = [];
    public IList<decimal> Decimals { get; set; } = [];
    public DateTime[] Instants { get; set; } = [];
    public List<Guid> Guids { get; set; } = [];
    public byte[][] ByteArrays { get; set; } = [];

    public IPAddress Inet { get; set; } = IPAddress.None;
    public IPNetwork Cidr { get; set; } = IPNetwork.Parse("0.0.0.0/0");
    public PhysicalAddress Macaddr { get; set; } = new(new byte[6]);
    public BitArray Varbit { get; set; } = new(0);
    public BitArray Bit { get; set; } = new(1);
    public uint Oid { get; set; }
    public NpgsqlPoint Point { get; set; }
    public NpgsqlTsVector Search { get; set; } = null!;

    public NpgsqlRange<int> IntRange { get; set; }
    public NpgsqlRange<long> LongRange { get; set; }
    public NpgsqlRange<decimal> NumericRange { get; set; }
    public NpgsqlRange<DateOnly> DateRange { get; set; }
    public NpgsqlRange<DateTime> TstzRange { get; set; }
    public NpgsqlRange<DateTime> TsRange { get; set; }
    public NpgsqlRange<int>[] Multirange { get; set; } = [];
    public List<NpgsqlRange<DateOnly>> DateMultirange { get; set; } = [];

    /// <summary>One with values that look unlike those of others.</summary>
    public static Everything Example() => new()
    {
        Bool = true,
        Byte = 200,
        SByte = -100,
        Short = short.MinValue,
        UShort = ushort.MaxValue,
        UInt = uint.MaxValue,
        Long = long.MaxValue,
        ULong = ulong.MaxValue,
        Float = 1.1f,
        Double = 0.1 + 0.2,
        Decimal = 12345.6780m,
        Numeric = 79228162514264337593543950335m,
        BigInteger = BigInteger.Pow(7, 60),
        NullableInt = 0,
        NullableDouble = double.NaN,
        Char = '"',
        Text = "quotes \" ' and \\ and\nlines, ü 雪 😀 \u2028",
        Varchar = "varchar",
        Padded = "ab",
        NullableText = "",
        Guid = Guid.Parse("0f8fad5b-d9cb-469f-a165-70867728950e"),
        Bytes = [0, 1, 0x5c, 0xff],
        Timestamptz = new DateTime(2024, 2, 29, 23, 59, 59, DateTimeKind.Utc).AddMicroseconds(123456),
        Timestamp = new DateTime(1, 1, 1, 0, 0, 0, DateTimeKind.Unspecified).AddMicroseconds(1),
        Day = new DateTime(2024, 2, 29, 0, 0, 0, DateTimeKind.Unspecified),
        Offset = new DateTimeOffset(1899, 12, 31, 12, 0, 0, TimeSpan.Zero),
        Timetz = new DateTimeOffset(1, 1, 2, 13, 14, 15, TimeSpan.FromHours(5.5)),
        Date = new DateOnly(9999, 12, 30),
        Time = new TimeOnly(13, 14, 15).Add(TimeSpan.FromMicroseconds(120)),
        TimeSpan = new TimeSpan(0, 13, 14, 15, 500),
        Interval = new TimeSpan(40, 26, 3, 4, 5),
        NullableTimestamp = DateTime.MaxValue,
        StatusNumber = Status.Paid,
        StatusText = Status.Shipped,
        NullableStatus = Status.Open,
        Mood = Mood.NotSoGood,
        NullableMood = Mood.Happy,
        Moods = [Mood.Happy, Mood.NotSoGood],
        Statuses = [Status.Paid, Status.Open],
        Jsonb = """{"b": [1, 2.50, null], "a": "ü"}""",
        Json = """{ "b":1,  "a":2 }""",
        Document = JsonDocument.Parse("""{"nested": {"deep": [true]}}"""),
        Element = JsonElement.Parse("""[1, "two"]"""),
        Ints = [1, -2, 3],
        NullableInts = [1, null, 3],
        Strings = ["a", "b, \"c\"", ""],
        NullableStrings = [null, "NULL"],
        Decimals = [1.10m, 2m],
        Instants = [DateTime.UnixEpoch, DateTime.MaxValue],
        Guids = [Guid.Empty],
        ByteArrays = [[1, 2], []],
        Inet = IPAddress.Parse("2001:db8::1"),
        Cidr = IPNetwork.Parse("192.168.100.128/25"),
        Macaddr = PhysicalAddress.Parse("08002b010203"),
        Varbit = new BitArray([true, false, true, true]),
        Bit = new BitArray([true]),
        Oid = 4_000_000_000,
        Point = new NpgsqlPoint(1.5, -2e100),
        IntRange = new NpgsqlRange<int>(1, true, 10, false),
        LongRange = NpgsqlRange<long>.Empty,
        NumericRange = new NpgsqlRange<decimal>(1.5m, false, false, 0, false, true),
        DateRange = new NpgsqlRange<DateOnly>(new DateOnly(2024, 1, 1), true, new DateOnly(2024, 2, 1), false),
        TstzRange = new NpgsqlRange<DateTime>(DateTime.UnixEpoch, true, DateTime.UnixEpoch.AddDays(1).AddMicroseconds(5), true),
        TsRange = new NpgsqlRange<DateTime>(new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Unspecified), true, false, default, false, true),
        Multirange = [new(1, true, 3, false), new(5, true, 7, false)],
        DateMultirange = [new(new DateOnly(2024, 1, 1), true, new DateOnly(2024, 1, 3), false)],
    };
}
