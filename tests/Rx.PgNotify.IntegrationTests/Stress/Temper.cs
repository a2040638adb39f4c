namespace Rx.PgNotify.IntegrationTests.Stress;

/// <summary>How an observer behaves when it is called.</summary>
enum Temper
{
    Fast,
    Slow,
    Throwing,
    LeavesByItself,
}
