namespace Rx.PgNotify.EntityFrameworkCore.Changes;

/// <summary>What a row was read as. The default stands for a row that was not reported.</summary>
readonly record struct ReadRow<T>
{
    ReadRow(T? value, bool belongs) => (IsReported, Belongs, Value) = (true, belongs, value);

    /// <summary>A row of the table that is none of those that are asked for.</summary>
    internal static ReadRow<T> OfAnotherType { get; } = new(default, belongs: false);

    internal bool IsReported { get; }

    internal bool Belongs { get; }

    internal T? Value { get; }

    internal static ReadRow<T> Of(T value) => new(value, belongs: true);
}
