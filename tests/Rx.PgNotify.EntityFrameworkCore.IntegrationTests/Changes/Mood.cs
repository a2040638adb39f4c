using NpgsqlTypes;

namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Changes;

/// <summary>A PostgreSQL enum.</summary>
public enum Mood
{
    Happy,

    [PgName("it's not 'so' good")]
    NotSoGood,
}
