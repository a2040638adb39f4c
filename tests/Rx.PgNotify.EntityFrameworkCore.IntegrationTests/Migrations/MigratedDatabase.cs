using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Migrations;

/// <summary>A database of a test's own that is brought from one model to the next, as migrations do it.</summary>
sealed class MigratedDatabase : IAsyncDisposable
{
    readonly string _name;
    Action<ModelBuilder>? _model;

    MigratedDatabase(string name)
    {
        _name = name;
        ConnectionString = new NpgsqlConnectionStringBuilder(TestServer.ConnectionString) { Database = name, Pooling = false }.ConnectionString;
    }

    public string ConnectionString { get; }

    public static async Task<MigratedDatabase> CreateAsync()
    {
        var name = UniqueChannel.Name("ef");
        await TestServer.Current.ExecuteAsync($"CREATE DATABASE {name}");
        return new MigratedDatabase(name);
    }

    public Task ExecuteAsync(string sql) => SqlExtensions.ExecuteAsync(ConnectionString, sql);

    public ModelContext Context(Action<ModelBuilder> model) => ModelContext.Of(model, ConnectionString);

    /// <summary>Carries out what the models differ by.</summary>
    /// <returns>The operations.</returns>
    public async Task<IReadOnlyList<MigrationOperation>> MigrateAsync(Action<ModelBuilder> model)
    {
        await using var before = _model is null ? null : Context(_model);
        await using var after = Context(model);
        var differ = after.GetService<IMigrationsModelDiffer>();
        var operations = differ.GetDifferences(before?.DesignTimeModel, after.DesignTimeModel);
        Assert.That(differ.HasDifferences(before?.DesignTimeModel, after.DesignTimeModel), Is.EqualTo(operations.Count > 0));
        var commands = after.GetService<IMigrationsSqlGenerator>().Generate(operations, after.DesignTimeModel.Model);
        await after.GetService<IMigrationCommandExecutor>().ExecuteNonQueryAsync(commands, after.GetService<IRelationalConnection>());
        _model = model;
        return operations;
    }

    public async ValueTask DisposeAsync() => await TestServer.Current.ExecuteAsync($"DROP DATABASE {_name} WITH (FORCE)");
}
