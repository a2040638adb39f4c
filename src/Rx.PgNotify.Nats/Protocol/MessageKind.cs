namespace Rx.PgNotify.Nats.Protocol;

/// <summary>What a message is: its second byte. The first one is the version of the protocol.</summary>
enum MessageKind : byte
{
    /// <summary>From the bridge at work, on a channel's subject: notifications, or none, which is a beat.</summary>
    Notifications = 1,

    /// <summary>From the bridge at work, on the subject of announcements: it is at work.</summary>
    Announcement = 2,

    /// <summary>From the bridge at work, in reply to <see cref="Ask"/>: from which number on each channel can be heard.</summary>
    Answer = 3,

    /// <summary>From a bridge that is not at work, in reply to <see cref="Status"/>: why.</summary>
    StatusAnswer = 4,

    /// <summary>From a receiver: the channels that it wants to hear.</summary>
    Ask = 5,

    /// <summary>From a receiver that nobody has answered: whether there is a bridge at all.</summary>
    Status = 6,
}
