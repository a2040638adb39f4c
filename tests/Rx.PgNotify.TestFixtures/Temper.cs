namespace Rx.PgNotify.TestFixtures;

/// <summary>How an observer behaves when it is called.</summary>
enum Temper
{
    Fast,
    Slow,
    Throwing,
    LeavesByItself,
}
