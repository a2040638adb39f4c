namespace Rx.PgNotify.Delivery;

/// <summary>A source behind a listener whose values do not all come from within the listener's calls.</summary>
interface IFailureTaking
{
    /// <summary>Takes what observers throw; <see langword="null"/> where that is to stay unhandled.</summary>
    FailureTaker? Taker { get; }
}
