namespace Rx.PgNotify.Tool.Demo;

/// <summary>What was paid for one kind of goods.</summary>
sealed record Sale(string Kind, int Orders, decimal Total);
