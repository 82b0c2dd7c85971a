package dev.adit.host.control;

import dev.adit.devices.RefusedException;
import dev.adit.devices.Tree;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What cuts functions into devices and serves them, as the control plane sees it. */
public interface Composer extends AutoCloseable {
  /** {@return the functions and what is left of them, in the order of the configuration} */
  List<FunctionStatus> functions();

  /** {@return the names of the types that each function offers, by function} */
  Map<String, List<String>> offers();

  /**
   * Finds out whether a device could be started now.
   *
   * @param saved as for {@link #start}
   * @throws RefusedException if not
   */
  void check(DeviceDefinition definition, Optional<Tree> saved);

  /**
   * Makes a device and serves it.
   *
   * @param socket where; made for its owner alone
   * @param saved what {@link ActiveDevice#suspend} gave, if it is to go on as that device
   * @throws RefusedException if that cannot be done
   */
  ActiveDevice start(DeviceDefinition definition, Path socket, Optional<Tree> saved);

  /** {@return interrupt messages that were stopped on their way, by reason} */
  Map<String, Long> faults();

  /**
   * {@return the layout of a function as the ecosystem's own tools write it, in plain values}
   *
   * @throws RefusedException if there is no such function, or no tool that writes its layout
   */
  Object layout(String function);

  /** Gives up the functions; all devices are stopped by then. */
  @Override
  void close();
}
