/** The layout of the SDI function. */
package dev.adit.devices.sdi.spec;
