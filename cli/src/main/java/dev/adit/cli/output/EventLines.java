package dev.adit.cli.output;

import dev.adit.host.SocketEvents;
import dev.adit.vfiouser.ServerEvents;
import java.io.PrintWriter;
import java.nio.file.Path;

/** What happens on a socket, a line each. */
public final class EventLines implements ServerEvents {
  private final PrintWriter out;
  private final Path socket;

  public EventLines(PrintWriter out, Path socket) {
    this.out = out;
    this.socket = socket;
  }

  @Override
  public void event(Kind kind, int detail, long suppressed) {
    out.println(
        socket
            + ": "
            + SocketEvents.text(kind, detail)
            + (suppressed > 0 ? " (" + suppressed + " more)" : ""));
    out.flush();
  }
}
