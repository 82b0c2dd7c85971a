package dev.adit.cli.serve;

import dev.adit.cli.output.ExitCode;
import dev.adit.host.control.Event;
import dev.adit.host.control.EventLog;
import dev.adit.host.control.HostComposer;
import dev.adit.host.control.HostConfig;
import dev.adit.host.control.HostServer;
import dev.adit.vfiouser.ServiceManager;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Runs a host until the process is told to stop. */
final class ServeHost {
  private static final Duration BEAT = Duration.ofSeconds(60);

  private final Path file;
  private final boolean verbose;
  private final PrintWriter err;

  ServeHost(Path file, boolean verbose, PrintWriter err) {
    this.file = file;
    this.verbose = verbose;
    this.err = err;
  }

  /** Serves, or only checks the configuration. */
  int run(boolean check) throws InterruptedException {
    HostConfig config = HostConfig.read(file);
    if (check) {
      return ExitCode.DONE;
    }
    Optional<ServiceManager> manager = ServiceManager.fromEnvironment();
    HostServer server = HostServer.start(config, HostComposer::of);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server, manager), "stop"));
    manager.ifPresent(each -> each.tell("READY=1\nSTATUS=Listening on " + config.control()));
    follow(server.events());
    return ExitCode.DONE;
  }

  private static void stop(HostServer server, Optional<ServiceManager> manager) {
    manager.ifPresent(each -> each.tell("STOPPING=1"));
    server.close();
  }

  /** Prints what happens; without -v what went wrong alone. Does not end by itself. */
  private void follow(EventLog events) throws InterruptedException {
    long seen = 0;
    while (true) {
      List<Event> fresh = events.since(seen, Optional.empty());
      for (Event event : fresh) {
        seen = event.sequence();
        if (verbose || event.kind() == Event.Kind.FAILED) {
          err.println(line(event));
        }
      }
      err.flush();
      events.await(seen, BEAT);
      // What comes in bursts is printed in bursts.
      Thread.sleep(Duration.ofMillis(200));
    }
  }

  private static String line(Event event) {
    String times = event.count() > 1 ? " (" + event.count() + " times)" : "";
    return event.subject() + ": " + event.text() + times;
  }
}
