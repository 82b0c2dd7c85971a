package dev.adit.cli.control;

import dev.adit.cli.output.ExitCode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A verb that does something to one device, says nothing when it is done, and can be tried dry. */
abstract class DeviceVerb implements Callable<Integer> {
  /** What --dry-run does, of every verb that has it. */
  static final String DRY = "Say whether it would be done, and do nothing.";

  private final String verb;
  private final String done;

  @Parameters(paramLabel = "DEVICE", description = "Its name or UUID.")
  private String device;

  @Option(names = "--dry-run", description = DRY)
  private boolean dryRun;

  @Mixin private ControlOptions control;
  @Spec private CommandSpec spec;

  /**
   * A verb.
   *
   * @param verb what the server is asked
   * @param done what would be done to the device
   */
  DeviceVerb(String verb, String done) {
    this.verb = verb;
    this.done = done;
  }

  /** Adds what this verb tells the server beside the device. */
  void tell(Map<String, Object> arguments) {}

  /** Does the rest with what the server answered, after it was done. */
  void finish(View answer) throws Exception {}

  @Override
  public Integer call() throws Exception {
    Map<String, Object> arguments =
        new LinkedHashMap<>(Map.of("device", device, "dry-run", dryRun));
    tell(arguments);
    View answer = control.ask(verb, arguments);
    if (dryRun) {
      spec.commandLine().getOut().println(device + " would be " + done);
    } else {
      finish(answer);
    }
    return ExitCode.DONE;
  }
}
