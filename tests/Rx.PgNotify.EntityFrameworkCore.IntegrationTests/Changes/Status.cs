namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Changes;

public enum Status
{
    Open,
    Paid,
    Shipped,
}
