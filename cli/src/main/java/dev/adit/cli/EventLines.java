package dev.adit.cli;

import dev.adit.vfiouser.ServerEvents;
import java.io.PrintWriter;
import java.nio.file.Path;

/** What happens on a socket, a line each. */
final class EventLines implements ServerEvents {
  private final PrintWriter out;
  private final Path socket;

  EventLines(PrintWriter out, Path socket) {
    this.out = out;
    this.socket = socket;
  }

  @Override
  public void event(Kind kind, int detail, long suppressed) {
    String what =
        switch (kind) {
          case ATTACHED -> "a client has connected";
          case DETACHED -> "the client is gone";
          case REFUSED -> "refused a client: there is one already";
          case SILENT -> "closed a connection that said nothing";
          case ERROR_REPLY -> "refused a command with errno " + detail;
          case GARBLED -> "closed a connection that does not speak the protocol, errno " + detail;
          case STUCK -> "an engine holds on to memory that the client took away";
          case DEVICE_FAILED -> "the device failed, which is a mistake in Adit: please report it";
        };
    out.println(socket + ": " + what + (suppressed > 0 ? " (" + suppressed + " more)" : ""));
    out.flush();
  }
}
