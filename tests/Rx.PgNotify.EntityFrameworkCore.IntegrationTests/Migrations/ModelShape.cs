using Microsoft.EntityFrameworkCore;
using Rx.PgNotify.Tables;

namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Migrations;

/// <summary>A model, and the triggers that it asks for.</summary>
public sealed record ModelShape(string Name, Action<ModelBuilder> Describe, params IReadOnlyList<TableTrigger> Triggers)
{
    public override string ToString() => Name;
}
