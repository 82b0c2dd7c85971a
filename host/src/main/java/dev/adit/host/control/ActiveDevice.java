package dev.adit.host.control;

import dev.adit.devices.RefusedException;
import java.util.Map;

/** A device while it is served. Calls come from one thread at a time. */
public interface ActiveDevice extends AutoCloseable {
  /** {@return what it is and has done; may be called at any time} */
  DeviceStatus status();

  /**
   * Finds out whether {@link #reset}, {@link #revoke}, {@link #suspend} or {@link #resume} could be
   * done now.
   *
   * @param what as the log would tell it: RESET, REVOKED, SUSPENDED or RESUMED
   * @throws RefusedException if not
   */
  void check(Event.Kind what);

  // Each of these throws a RefusedException if it cannot be done now.

  /** Puts it back to its state at power-on, as a guest's reset does. */
  void reset();

  /** Takes back all interrupt handles, so that its guest asks for new ones. */
  void revoke();

  /**
   * Drains it and holds it. What the guest submits from then on waits.
   *
   * @return its state, as plain values
   */
  Map<String, Object> suspend();

  /** Lets it go on after {@link #suspend}. */
  void resume();

  /**
   * Drains and ends it; what it held can be used again when this returns.
   *
   * @throws RefusedException if engines do not let go of it; try again
   */
  @Override
  void close();
}
