using System.Text.Json;
using NpgsqlTypes;

namespace Rx.PgNotify.EntityFrameworkCore.Changes;

/// <summary>Reads ranges and multiranges, which PostgreSQL shows as text: <c>[1,5)</c>, <c>{[1,3),[5,7)}</c>.</summary>
abstract class RangeReader
{
    internal static Func<JsonElement, object>? Of(Type type, string storeType)
    {
        var isMultirange = storeType.EndsWith("multirange", StringComparison.Ordinal);
        var range = !isMultirange ? type : type.IsArray ? type.GetElementType()! : type.GetGenericArguments() is [var only] ? only : type;
        if (!range.IsGenericType || range.GetGenericTypeDefinition() != typeof(NpgsqlRange<>))
            return null;
        var boundType = range.GetGenericArguments()[0];
        if (ColumnReader.Text(boundType, storeType) is not { } bound)
            return null;
        var reader = (RangeReader)Activator.CreateInstance(typeof(Ranges<>).MakeGenericType(boundType), bound, type.IsArray)!;
        return isMultirange ? json => reader.ReadAll(json.GetString()!) : json => reader.Read(json.GetString()!);
    }

    private protected abstract object Read(string text);

    private protected abstract object ReadAll(string text);

    sealed class Ranges<T>(Func<string, object> bound, bool isArray) : RangeReader
    {
        private protected override object Read(string text) => One(new RangeText(text));

        private protected override object ReadAll(string text)
        {
            var (ranges, rest) = (new List<NpgsqlRange<T>>(), new RangeText(text));
            rest.Expect('{');
            while (!rest.Takes('}'))
            {
                if (ranges.Count > 0)
                    rest.Expect(',');
                ranges.Add(One(rest));
            }

            return isArray ? ranges.ToArray() : ranges;
        }

        NpgsqlRange<T> One(RangeText text)
        {
            if (text.Takes("empty"))
                return NpgsqlRange<T>.Empty;
            var lowerIsInclusive = text.Takes('[');
            if (!lowerIsInclusive)
                text.Expect('(');
            var lower = text.TakeBound();
            text.Expect(',');
            var upper = text.TakeBound();
            var upperIsInclusive = text.Takes(']');
            if (!upperIsInclusive)
                text.Expect(')');
            return new NpgsqlRange<T>(
                lower is null ? default! : (T)bound(lower), lowerIsInclusive, lower is null,
                upper is null ? default! : (T)bound(upper), upperIsInclusive, upper is null);
        }
    }
}
