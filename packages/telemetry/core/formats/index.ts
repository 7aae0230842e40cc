import { airgradient } from './airgradient.ts';
import type { DeviceFormat, DeviceFormatName } from './device-format.ts';
import { esphome } from './esphome.ts';
import { HomeAssistantFormat } from './home-assistant/home-assistant-format.ts';
import { senml } from './senml.ts';
import { tasmota } from './tasmota.ts';
import { zigbee2mqtt } from './zigbee2mqtt.ts';

export {
  type DeviceFormat,
  type DeviceFormatName,
  type DeviceReading,
  deviceFormats,
  type FormatMessage,
  type FormatOutcome,
  formatLimits,
} from './device-format.ts';
export { type OwnDiscovery, ownDiscovery, ownWithdrawal } from './home-assistant/own-discovery.ts';

/** A format to be asked. Only Home Assistant's remembers anything: what was announced. */
export function openFormat(name: DeviceFormatName): DeviceFormat {
  switch (name) {
    case 'homeassistant':
      return new HomeAssistantFormat();
    case 'tasmota':
      return tasmota;
    case 'zigbee2mqtt':
      return zigbee2mqtt;
    case 'esphome':
      return esphome;
    case 'airgradient':
      return airgradient;
    case 'senml':
      return senml;
  }
}
