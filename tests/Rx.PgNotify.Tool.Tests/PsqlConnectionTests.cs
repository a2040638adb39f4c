using System.Collections;
using Npgsql;
using Rx.PgNotify.Tool.CommandLine;
using Rx.PgNotify.Tool.Connections;

namespace Rx.PgNotify.Tool.Tests;

[Parallelizable(ParallelScope.All)]
sealed class PsqlConnectionTests
{
    const string Secret = "hunter2";

    [TestCase("PGHOST=h PGPORT=6 PGUSER=u PGDATABASE=d", "Host=h;Port=6;Username=u;Database=d")]
    [TestCase("PGHOST=h", "Host=h;Port=5432")]
    [TestCase("PGHOST=/run/pg", "Host=/run/pg;Port=5432")]
    [TestCase("PGHOST=::1", "Host=::1;Port=5432")]
    [TestCase("PGHOST=a,b,::1", "Host=\"a:5432,b:5432,[::1]:5432\"")]
    [TestCase("PGHOST=a,b PGPORT=6", "Host=\"a:6,b:6\"")]
    [TestCase("PGHOST=a,b PGPORT=6,", "Host=\"a:6,b:5432\"")]
    [TestCase("PGHOSTADDR=127.0.0.1", "Host=127.0.0.1;Port=5432")]
    [TestCase("PGHOSTADDR=127.0.0.1 PGHOST=h", "Host=h;Port=5432")]
    [TestCase("PGHOST=h PGSSLMODE=verify-full PGCONNECT_TIMEOUT=7 PGCHANNELBINDING=require", "Host=h;Port=5432;SSL Mode=VerifyFull;Timeout=7;Channel Binding=Require")]
    [TestCase("PGHOST=h PGLOADBALANCEHOSTS=random PGKRBSRVNAME=pg", "Host=h;Port=5432;Load Balance Hosts=True;Kerberos Service Name=pg")]
    [TestCase("PGHOST=h PGPORT= PGUSER=", "Host=h;Port=5432")]
    public void Variables_GiveTheSameAsTheKeywords(string variables, string keywords)
    {
        var expected = new NpgsqlConnectionStringBuilder(keywords) { ApplicationName = "pgnotify" };
        var actual = ConnectionText.Read(null, Environment(variables));
        Assert.That(actual.EquivalentTo(expected), actual.ConnectionString);
    }

    [Test]
    public void Options_ComeBeforeTheVariables()
    {
        var connection = ConnectionText.Read(
            null,
            [new ConnectionSetting("-h", "host", "mine"), new ConnectionSetting("-U", "user", "me")],
            Environment("PGHOST=h PGPORT=6 PGUSER=u PGDATABASE=d DATABASE_URL=postgres://other/database"));
        Assert.That((connection.Host, connection.Port, connection.Username, connection.Database), Is.EqualTo(("mine", 6, "me", "d")));
    }

    [Test]
    public void WithoutAHost_ItIsTheSocketOrThisMachine() =>
        Assert.That(ConnectionText.Read(null, Environment("PGDATABASE=d PGPORT=1")).Host, Is.EqualTo("localhost"), "there is no socket of port 1");

    [TestCase("PGPASSWORD=x PGSSLMODE=require PGPASSFILE=f")]
    [TestCase("PGHOST=")]
    public void VariablesThatDoNotSayWhere_AreNoConnection(string variables) =>
        Assert.That(() => ConnectionText.Read(null, Environment(variables)), Throws.TypeOf<UsageException>().With.Message.StartsWith("no connection: give --connection"));

    [TestCase("PGHOST=h PGPORT=hunter2", "PGPORT: the parameter port takes a whole number from 1 to 65535.")]
    [TestCase("PGHOST=h PGPORT=1,2", "PGPORT: there are 2 ports, and 1 of the hosts.")]
    [TestCase("PGHOST=h PGSSLMODE=hunter2", "PGSSLMODE: the parameter sslmode takes one of disable, ")]
    [TestCase("PGSERVICE=hunter2 PGSERVICEFILE=/no/such/file", "PGSERVICE: the file of services can't be read: ")]
    [TestCase("PGSERVICE=hunter2 PGSYSCONFDIR=/no/such/folder HOME=/no/such/folder", "PGSERVICE: there is no ~/.pg_service.conf")]
    public void ABrokenVariable_IsNamedAndNoValueOfIt(string variables, string reason) =>
        Assert.That(
            () => ConnectionText.Read(null, Environment(variables)),
            Throws.TypeOf<UsageException>().With.Message.StartsWith(reason).And.Message.Not.Contains(Secret));

    [Test]
    public void AService_GivesItsParameters_BeforeTheVariables()
    {
        var connection = OfService("[other]\nhost=other\n\n # comment\n [shop] \nhost=db\r\nhost=second\nport=6\nuser=me\npassword= a b=c\nsslmode=verify-ca\n[more]\ndbname=x\n");
        Assert.That(
            (connection.Host, connection.Port, connection.Username, connection.Password, connection.SslMode, connection.Database),
            Is.EqualTo(("db", 6, "me", " a b=c", SslMode.VerifyCA, "variable")));
    }

    [TestCase("[other]\nhost=h\n", "PGSERVICE: there is no service of that name in ")]
    [TestCase("[shop]\nhunter2\n", ", line 2: that is no parameter, '=' and its value, without spaces around the '='.")]
    [TestCase("[shop]\nhost = hunter2\n", ", line 2: that is no parameter, '=' and its value")]
    [TestCase("[shop]\n\ncolour=hunter2\n", ", line 3: the parameter colour is not known; known are host")]
    [TestCase("[shop]\nport=hunter2\n", ", line 2: the parameter port takes a whole number")]
    [TestCase("[shop]\nldap://hunter2?x=y\n", ", line 2: that is no parameter")]
    public void ABrokenService_IsNamedAndNoValueOfIt(string file, string reason) =>
        Assert.That(() => OfService(file), Throws.TypeOf<UsageException>().With.Message.Contains(reason).And.Message.Not.Contains(Secret));

    static NpgsqlConnectionStringBuilder OfService(string text)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, text);
            return ConnectionText.Read(null, Environment($"PGSERVICE=shop PGSERVICEFILE={file} PGHOST=variable PGDATABASE=variable PGSYSCONFDIR=/no/such/folder"));
        }
        finally
        {
            File.Delete(file);
        }
    }

    static Hashtable Environment(string variables) =>
        new(variables.Split(' ').Select(item => item.Split('=', 2)).ToDictionary(item => item[0], item => item[1]));
}
