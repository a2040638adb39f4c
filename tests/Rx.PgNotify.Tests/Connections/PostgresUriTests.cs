using Npgsql;
using Rx.PgNotify.Connections;

namespace Rx.PgNotify.Tests.Connections;

[Parallelizable(ParallelScope.All)]
sealed class PostgresUriTests
{
    const string Secret = "hunter2";

    [TestCase("postgres://h", "Host=h;Port=5432")]
    [TestCase("POSTGRESQL://h/d", "Host=h;Port=5432;Database=d")]
    [TestCase("postgres://", "Host=localhost;Port=5432")]
    [TestCase("postgres:///d", "Host=localhost;Port=5432;Database=d")]
    [TestCase("postgres://u@h:6543/", "Username=u;Host=h;Port=6543")]
    [TestCase("postgres://u:p@h:/d", "Username=u;Password=p;Host=h;Port=5432;Database=d")]
    [TestCase("postgres://:p@h", "Password=p;Host=h;Port=5432")]
    [TestCase("postgres://u:p:@s@h/d", "Username=u;Password=p:@s;Host=h;Port=5432;Database=d")]
    [TestCase("postgres://u%40x:p%2Fa%3As%3f%25+%23;'=%C3%A9@h/d%20b%2fc", "Username=u@x;Password=\"p/a:s?%+#;'=é\";Host=h;Port=5432;Database=d b/c")]
    [TestCase("postgres://[::1]/d", "Host=::1;Port=5432;Database=d")]
    [TestCase("postgres://u@[2001:db8::7]:6543", "Username=u;Host=2001:db8::7;Port=6543")]
    [TestCase("postgres://a,b:6543,[::1],[::2]:7/d", "Host=\"a,b:6543,[::1],[::2]:7\";Database=d")]
    [TestCase("postgres://%2Fvar%2Frun%2Fpostgresql/d", "Host=/var/run/postgresql;Port=5432;Database=d")]
    [TestCase("postgres://h?sslmode=verify-ca&channel_binding=require", "Host=h;Port=5432;SSL Mode=VerifyCA;Channel Binding=Require")]
    [TestCase("postgres://h?sslmode=Verify-Full", "Host=h;Port=5432;SSL Mode=VerifyFull")]
    [TestCase("postgres://h/?application_name=a%26b&connect_timeout=7", "Host=h;Port=5432;Application Name=a&b;Timeout=7")]
    [TestCase("postgres://h?options=-c%20geqo%3Doff&target_session_attrs=read-write", "Host=h;Port=5432;Options=\"-c geqo=off\";Target Session Attributes=read-write")]
    [TestCase("postgres://h?target_session_attrs=prefer-standby&load_balance_hosts=random", "Host=h;Port=5432;Target Session Attributes=prefer-standby;Load Balance Hosts=True")]
    [TestCase("postgres://?host=h&port=6&user=u&password=p&dbname=d", "Host=h;Port=6;Username=u;Password=p;Database=d")]
    [TestCase("postgres://h?sslrootcert=/ca.pem&sslcert=/c.pem&sslkey=/k.pem&sslnegotiation=direct", "Host=h;Port=5432;Root Certificate=/ca.pem;SSL Certificate=/c.pem;SSL Key=/k.pem;SSL Negotiation=Direct")]
    [TestCase("postgres://h?keepalives=1&keepalives_idle=30&gssencmode=disable&krbsrvname=pg", "Host=h;Port=5432;TCP Keepalive=True;TCP Keepalive Time=30;GSS Encryption Mode=Disable;Kerberos Service Name=pg")]
    public void Parse_OfAUri_GivesTheSameAsTheKeywords(string uri, string keywords)
    {
        Assert.That(PostgresUri.Matches(uri));
        Assert.That(PostgresUri.Parse(uri).EquivalentTo(new NpgsqlConnectionStringBuilder(keywords)), PostgresUri.Parse(uri).ConnectionString);
    }

    [TestCase("postgres://u:hunter2@h/d?colour=hunter2", "parameter colour is not known")]
    [TestCase("postgres://u:hunter2@h/d?sslmode=hunter2", "parameter sslmode takes one of disable, allow, prefer, require, verify-ca, verify-full")]
    [TestCase("postgres://u:hunter2@h/d?sslmode=3", "parameter sslmode takes one of")]
    [TestCase("postgres://u:hunter2@h/d?connect_timeout=hunter2", "connect_timeout takes a whole number from 0 to 1024")]
    [TestCase("postgres://u:hunter2@h/d?hunter2", "no '='")]
    [TestCase("postgres://u:hunter2@h/d?a b=hunter2", "letters, digits and '_'")]
    [TestCase("postgres://u:hunter2@h/d?host=%zz", "the parameter host has a '%'")]
    [TestCase("postgres://u:hunter2%@h/d", "the password has a '%'")]
    [TestCase("postgres://u:hunter2%4@h/d", "the password has a '%'")]
    [TestCase("postgres://u:hunter2%+1@h/d", "the password has a '%'")]
    [TestCase("postgres://u:hunter2%00@h/d", "the password contains %00")]
    [TestCase("postgres://u:hunter2%FF@h/d", "the password is not UTF-8")]
    [TestCase("postgres://u:ab/hunter2@h/d", "%2F")]
    [TestCase("postgres://u:12/hunter2@h/d", "%2F")]
    [TestCase("postgres://u:ab?hunter2=1@h/d", "%3F")]
    [TestCase("postgres://u:a?hunter2@h/d", "%3F")]
    [TestCase("postgres://h/d?user=u&password=se&hunter2=1", "in a password write '?' as %3F and '&' as %26")]
    [TestCase("postgres://h/d?sslpassword=se&hunter2=%zz", "in a password write")]
    [TestCase("postgres://h/d?password=se&hunter2", "in a password write")]
    [TestCase("postgres://u@srv:5432?hunter2=x@h", "in a password write")]
    [TestCase("postgres://u:hunter2", "a port is not a number")]
    [TestCase("postgres://h:0", "a port is not a number from 1 to 65535")]
    [TestCase("postgres://h:65536", "a port is not a number from 1 to 65535")]
    [TestCase("postgres://u@[hunter2]/d", "not an IPv6 address")]
    [TestCase("postgres://u@[::1/d", "not an IPv6 address")]
    [TestCase("postgres://u:x:hunter2", "more than one ':'")]
    [TestCase("postgres://a%2Cb", "','")]
    public void Parse_OfABrokenUri_NamesThePartAndNoValue(string uri, string reason)
    {
        var exception = Assert.Throws<FormatException>(() => PostgresUri.Parse(uri))!;

        Assert.That(exception.Message, Does.Contain(reason).And.Not.Contain(Secret));
    }

    [TestCase("Host=h")]
    [TestCase("mysql://h")]
    [TestCase("postgres:h")]
    public void Matches_OfAnythingElse_IsFalse(string text) => Assert.That(PostgresUri.Matches(text), Is.False);
}
