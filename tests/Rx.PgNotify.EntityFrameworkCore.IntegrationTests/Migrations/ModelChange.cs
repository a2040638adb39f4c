namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Migrations;

/// <summary>Two models, and how many triggers a migration from the first to the second removes and installs.</summary>
public sealed record ModelChange(string Name, ModelShape From, ModelShape To, int Removed, int Installed)
{
    public override string ToString() => Name;
}
