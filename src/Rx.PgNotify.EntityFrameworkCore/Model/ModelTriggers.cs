using Microsoft.EntityFrameworkCore.Metadata;
using Rx.PgNotify.Tables;

namespace Rx.PgNotify.EntityFrameworkCore.Model;

/// <summary>The triggers that a model asks for, table by table.</summary>
static class ModelTriggers
{
    /// <summary>The trigger of one table; <see langword="null"/> if the model asks for none.</summary>
    internal static TableTrigger? Find(ITable table) => throw new NotImplementedException();

    /// <summary>All triggers, in the order of schema and table.</summary>
    internal static IReadOnlyList<TableTrigger> Of(IRelationalModel model) => throw new NotImplementedException();
}
