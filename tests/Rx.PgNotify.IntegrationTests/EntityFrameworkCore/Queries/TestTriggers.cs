using Microsoft.EntityFrameworkCore;
using Npgsql;
using Rx.PgNotify.Tables;

namespace Rx.PgNotify.IntegrationTests.EntityFrameworkCore.Queries;

/// <summary>Installs the triggers of a model until creating the database does.</summary>
static class TestTriggers
{
    public static async Task InstallAsync(DbContext context, NpgsqlDataSource dataSource)
    {
        foreach (var table in context.Model.GetRelationalModel().Tables)
            await new TableTrigger(table.Name, schema: table.Schema ?? "public").InstallAsync(dataSource);
    }
}
