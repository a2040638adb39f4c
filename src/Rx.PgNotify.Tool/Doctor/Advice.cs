namespace Rx.PgNotify.Tool.Doctor;

/// <summary>What to do about an error.</summary>
static class Advice
{
    internal static string For(PgListenerError error) => error switch
    {
        PgListenerError.AuthenticationFailed =>
            "Check the user name and the password; the server's pg_hba.conf says who may log in from where, and how.",
        PgListenerError.DatabaseNotFound => "Check the database's name, or create the database.",
        PgListenerError.CertificateRefused =>
            "Name the authority's certificate (Root Certificate, sslrootcert), and connect by a host name that the server's certificate is for.",
        PgListenerError.ServerInRecovery =>
            "Connect to the primary. Given all hosts (Host=a,b), a listener finds the primary by itself, also after a failover.",
        PgListenerError.SettingsRefused => "Change that setting in the text of the connection.",
        PgListenerError.TransactionPooler =>
            "Give the listener a connection to the server itself, or a pool in session mode. Sending may go through this pooler.",
        PgListenerError.ChannelRefused => "The encoding of the database can't hold this name: take a shorter one, or one of plain ASCII.",
        _ => "The server's log may say more. Is it a PostgreSQL server, is it starting up, or has it reached max_connections or a limit of the role or database?",
    };
}
