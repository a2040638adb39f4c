Console.WriteLine("pgnotify");
