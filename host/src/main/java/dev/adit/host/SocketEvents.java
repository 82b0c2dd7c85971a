package dev.adit.host;

import dev.adit.vfiouser.ServerEvents;

/** What happens on the sockets that Adit serves, in words. */
public final class SocketEvents {
  private SocketEvents() {}

  /**
   * {@return an event in words, for a log}
   *
   * @param detail as in {@link ServerEvents#event}
   */
  public static String text(ServerEvents.Kind kind, int detail) {
    return switch (kind) {
      case ATTACHED -> "a client has connected";
      case DETACHED -> "the client is gone";
      case REFUSED -> "refused a client: there is one already";
      case SILENT -> "closed a connection that said nothing";
      case ERROR_REPLY -> "refused a command with errno " + detail;
      case GARBLED -> "closed a connection that does not speak the protocol, errno " + detail;
      case STUCK -> "an engine holds on to memory that the client took away";
      case DEVICE_FAILED -> "the device failed, which is a mistake in Adit: please report it";
    };
  }
}
